/** The few parts of supabase-js that the driver uses, by shape: any client from 2.112.4 on fits. */

/** A broadcast as the client hands it over. */
export interface Broadcast {
  readonly event: string;
  readonly payload?: unknown;
  /** Set on messages that Supabase has stored: their id, and whether this copy is from the past. */
  readonly meta?: { readonly id?: string; readonly replayed?: boolean } | undefined;
}

/** How a channel is joined. */
export interface ChannelConfig {
  readonly private: boolean;
  readonly broadcast: {
    readonly self: boolean;
    readonly ack: boolean;
    readonly replay?: { readonly since: number; readonly limit: number };
  };
  readonly presence: { readonly key: string; readonly enabled: boolean };
}

/** What `subscribe()` calls back with. */
export type SubscribeStatus = "SUBSCRIBED" | "TIMED_OUT" | "CLOSED" | "CHANNEL_ERROR";

/** What the server says of a channel by itself. */
export interface Complaint {
  readonly status?: string;
  readonly message?: string;
}

/** One channel of the client. */
export interface ChannelLike {
  /** `closed`, `joining`, `joined`, `leaving` or `errored`. */
  readonly state: string;
  on(type: "broadcast", filter: { event: string }, callback: (broadcast: Broadcast) => void): unknown;
  on(type: "presence", filter: { event: "sync" }, callback: () => void): unknown;
  on(type: "system", filter: object, callback: (complaint: Complaint) => void): unknown;
  subscribe(callback: (status: SubscribeStatus, error?: Error) => void): unknown;
  send(message: { type: "broadcast"; event: string; payload: unknown; persist?: boolean }): Promise<string>;
  track(payload: Record<string, unknown>): Promise<string>;
  presenceState(): object;
}

/** The client's connection. */
export interface RealtimeLike {
  readonly accessTokenValue: string | null;
  readonly vsn: string;
  /** Which keys of a message reach the server as metadata of the frame. */
  readonly serializer: { readonly allowedMetadataKeys: string[] };
  /** Pairs of a reference and a callback, per kind of event. */
  readonly stateChangeCallbacks: Record<"open" | "close" | "message", unknown[]>;
  connect(): void;
  disconnect(): Promise<unknown>;
  isConnected(): boolean;
  getChannels(): readonly { readonly state: string }[];
  setAuth(): Promise<void>;
  push(frame: { topic: string; event: string; payload: object; ref: string }): void;
}

/** A client as `createClient()` of supabase-js makes it. */
export interface SupabaseLike {
  readonly realtime: RealtimeLike;
  channel(name: string, options: { config: ChannelConfig }): ChannelLike;
  removeChannel(channel: never): Promise<unknown>;
}
