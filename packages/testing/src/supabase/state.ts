/** What the parts of the double share: its sockets, the channels joined on them, and what the faults have set. */
import type { Broadcast, Frame, Json, Vsn } from "./frame.js";
import type { MessageTable } from "./message-table.js";
import type { Settings } from "./options.js";
import type { PresenceList } from "./presence-list.js";
import type { RateCounter } from "./rate-counter.js";
import type { SupabaseReceived, SupabaseSent } from "./records.js";
import type { SupabaseToken } from "./token.js";

/** One open socket. */
export interface Connection {
  /** 1 for the first that came. */
  readonly number: number;
  readonly vsn: Vsn;
  readonly apiKey: SupabaseToken;
  /** `client` of the URL, by which a test names it. */
  readonly label?: string;
  /** Channels by topic as on the wire. */
  readonly sessions: Map<string, Session>;
  push(frame: Frame): void;
  pushBroadcast(topic: string, broadcast: Broadcast): void;
  /** Nothing goes out before `settle`: a join blocks its socket. */
  hold(): void;
  /** Sends the answer, then what was held back. */
  settle(answer: Frame): void;
  stall(): void;
  resume(): void;
  close(code: number, reason: string): void;
  /** Ends it without a word. */
  cut(): void;
  /** Starts the wait that ends a socket without channels; the returned function calls it off. */
  channelsChanged(): void;
}

/** One table that a channel listens to. */
export interface ChangeFilter {
  readonly id: number;
  readonly params: Json;
}

/** One joined channel of one socket. */
export interface Session {
  readonly connection: Connection;
  readonly topic: Topic;
  readonly joinRef: string | null;
  readonly ack: boolean;
  readonly self: boolean;
  readonly presenceKey: string;
  readonly changes: readonly ChangeFilter[];
  readonly replayedIds: ReadonlySet<string>;
  token: SupabaseToken;
  /** Whether it gets presence of a private topic. */
  presenceEnabled: boolean;
  /** Answers of the policies, kept until the token changes. */
  canWrite?: boolean;
  canPersist?: boolean;
  presenceCalls: { count: number; untilMs: number };
  tracked?: Json;
  changesFlow: boolean;
  isOpen: boolean;
  cancelTimers: () => void;
}

/** A topic of one namespace: a public and a private topic of one name have nothing in common. */
export interface Topic {
  /** As the app names it. */
  readonly name: string;
  readonly private: boolean;
  readonly sessions: Set<Session>;
  readonly presence: PresenceList<Session>;
}

/** What faults have set, until it is used up or taken back. */
export interface Armed {
  refusal?: number;
  droppedAcks: number;
  droppedBroadcasts: number;
  doubledBroadcasts: number;
  /** Clients that are stalled; `*` is everybody. */
  readonly stalled: Set<string>;
  readonly revoked: Set<string>;
  /** Tokens that are over before their time, and since when. */
  readonly expired: Map<string, number>;
}

/** The inside of a double. */
export interface SupabaseState {
  readonly settings: Settings;
  readonly connections: Set<Connection>;
  readonly messages: MessageTable;
  readonly rates: { readonly joins: RateCounter; readonly messages: RateCounter; readonly presence: RateCounter };
  readonly armed: Armed;
  readonly received: SupabaseReceived[];
  readonly sent: SupabaseSent[];
  /** Made when it is first asked for. */
  topic(name: string, isPrivate: boolean): Topic;
  /** Those that exist, of both namespaces. */
  topicsOf(name: string, isPrivate?: boolean): Topic[];
  uuid(): string;
}

/** What a client is known by: the name it gave itself, else its user, else its number. */
export function nameOf(connection: Connection): string {
  if (connection.label !== undefined) return connection.label;
  const users = [...connection.sessions.values()].flatMap(({ token }) => token.sub ?? []);
  return users[0] ?? connection.apiKey.sub ?? `#${connection.number}`;
}

/** Whether a test means this client. */
export function isMeant(connection: Connection, client: string | undefined): boolean {
  return client === undefined || client === "*" || [nameOf(connection), `#${connection.number}`].includes(client);
}

/** The topic as it crosses the wire. */
export function wireTopic(topic: Topic): string {
  return `realtime:${topic.name}`;
}
