/** What the double writes down for a test to look at. */

/** Something that arrived, in any way. */
export interface SupabaseReceived {
  readonly via: "socket" | "http";
  /** The socket's number, 1 for the first; 0 for HTTP. */
  readonly connection: number;
  readonly atMs: number;
  /** As the app names it; `phoenix` for heartbeats. */
  readonly topic: string;
  /** `phx_join`, `phx_leave`, `heartbeat`, `access_token`, `broadcast`, `presence`, or whatever was sent. */
  readonly event: string;
  /** A broadcast has `event` and `payload` in it, however it was carried. */
  readonly payload: unknown;
  readonly joinRef: string | null;
  readonly ref: string | null;
  /** What a broadcast asks of the server, `persist` for one. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Of a broadcast over HTTP. */
  readonly private?: boolean;
}

/** Something that was sent to one socket. */
export interface SupabaseSent {
  readonly connection: number;
  readonly atMs: number;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
  readonly joinRef: string | null;
  readonly ref: string | null;
}

/** A socket that is open. */
export interface SupabaseConnection {
  /** 1 for the first that came. */
  readonly number: number;
  /** `client` of its URL (`realtime: { params: { client: "ada" } }`), else its user's id, else `#` and its number. */
  readonly client: string;
  readonly vsn: string;
  /** Topics it has joined. */
  readonly topics: readonly string[];
}

/** A socket that has joined a topic. */
export interface SupabaseSubscriber {
  readonly client: string;
  readonly connection: number;
  readonly private: boolean;
  readonly presenceKey: string;
  readonly user?: string;
}

/** Somebody who is present. */
export interface SupabaseMember {
  readonly client: string;
  readonly connection: number;
  readonly key: string;
  /** What was tracked, with `phx_ref`, and `phx_ref_prev` after an update. */
  readonly meta: Readonly<Record<string, unknown>>;
}
