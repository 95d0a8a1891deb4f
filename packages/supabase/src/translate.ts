/** Between Attune's words and Supabase's: pure, in both directions. What travels has the shape that the contract gives it. */
import type { IncomingMessage, IncomingSignal, OutgoingMessage } from "@attune/core/driver";
import { messageId, PRESENCE_STATUSES, type PresenceEntry, type Sender } from "@attune/protocol";
import type { Broadcast } from "./sdk.js";

/** The broadcast that carries signals; apps cannot name events like this. */
export const SIGNAL_EVENT = "@signal";

/** A message of the app, as it travels. Broadcasts of other origin have no such cover: their payload is the data. */
export interface Envelope {
  /** The sequence of the publisher's message before this one. */
  readonly attune: number;
  readonly id: string;
  readonly sender: Sender | undefined;
  /** The sender's clock: Supabase tells no time. */
  readonly timestampMs: number;
  readonly data: unknown;
}

/** A message as a payload, under the id that it keeps on every way it can take. */
export function toEnvelope(message: OutgoingMessage, sender: Sender | undefined, timestampMs: number): Envelope {
  const { producer, sequence, previous: attune, data } = message;
  return { attune, id: messageId(sender?.userId, producer, sequence), sender, timestampMs, data };
}

/** The cover of a broadcast, if it has a sound one. */
export function toCover({ payload }: Broadcast): Envelope | undefined {
  const { attune, id, timestampMs } = Object(payload) as Partial<Envelope>;
  return kindsOf(attune, id, timestampMs) === "number,string,number" ? (payload as Envelope) : undefined;
}

/** A broadcast as a message. `id` names one that came without a name. */
export function toMessage(broadcast: Broadcast, nowMs: number, id: string): IncomingMessage {
  const { event, payload, meta } = broadcast;
  const cover = toCover(broadcast) ?? { id: meta?.id ?? id, timestampMs: nowMs, data: payload, sender: undefined };
  const { data, timestampMs, sender } = cover;
  const message = { id: cover.id, event, data, timestampMs };
  return isSender(sender) ? { ...message, sender } : message;
}

/** What a signal's payload says: a value, or, without a name, that a connection has no more to say. */
export function toSignals(payload: unknown): readonly [signals: IncomingSignal[], gone: string[]] {
  const { connectionId, name, value, user } = Object(payload) as Partial<IncomingSignal>;
  if (typeof connectionId !== "string") return [[], []];
  if (typeof name !== "string") return [[], [connectionId]];
  const signal = { connectionId, name, value };
  return [[isSender(user) ? { ...signal, user } : signal], []];
}

/**
 * Who is there, by what `presenceState()` says.
 *
 * A connection that came back may stand there twice until the server misses the old one: the newest counts. Members that another
 * library tracked have no user that Attune knows, and are left out.
 */
export function toEntries(state: object): PresenceEntry[] {
  return Object.values(state as Record<string, unknown[]>).flatMap((metas) =>
    metas
      .filter(isEntry)
      .sort((a, b) => b.updatedAtMs - a.updatedAtMs)
      .slice(0, 1),
  );
}

function isEntry(meta: unknown): meta is PresenceEntry {
  const { connectionId, user, state, joinedAtMs, updatedAtMs } = Object(meta) as Partial<PresenceEntry>;
  return (
    isSender(user) &&
    PRESENCE_STATUSES.includes(Object(state).status) &&
    kindsOf(joinedAtMs, connectionId, updatedAtMs) === "number,string,number"
  );
}

function isSender(value: unknown): value is Sender {
  const { userId, name } = Object(value) as Partial<Sender>;
  return kindsOf(userId, name) === "string,string";
}

function kindsOf(...values: unknown[]): string {
  return `${values.map((value) => typeof value)}`;
}
