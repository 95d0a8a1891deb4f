/** The few parts of supabase-js that `postgresChanges` uses, by shape: any client from 2.112.4 on fits. */
import type { SubscribeStatus } from "./sdk.js";

/** Which changes a channel asks for. */
export interface ChangeBinding {
  readonly event: "*" | "INSERT" | "UPDATE" | "DELETE";
  readonly schema: string;
  readonly table: string;
  readonly filter?: string;
}

/** A change as the client hands it over. */
export interface ChangePayload {
  readonly eventType: "INSERT" | "UPDATE" | "DELETE";
  /** By Supabase's clock, always `YYYY-MM-DDTHH:MM:SS.mmmZ` (`apply_rls`), so that it can be compared as text. */
  readonly commit_timestamp: string;
  readonly new: object;
  readonly old: object;
  /** Why there is less than the row in it. */
  readonly errors: readonly string[] | null;
}

/** What the server says of a channel by itself, about the database or the channel. */
export interface SystemWord {
  readonly extension?: string;
  readonly status?: string;
  readonly message?: string;
}

/** One channel of the client. */
export interface ChangesChannelLike {
  on(type: "postgres_changes", filter: ChangeBinding, callback: (payload: ChangePayload) => void): unknown;
  on(type: "system", filter: object, callback: (word: SystemWord) => void): unknown;
  subscribe(callback: (status: SubscribeStatus, error?: Error) => void): unknown;
}

/** A client as `createClient()` of supabase-js makes it. */
export interface ChangesClientLike {
  readonly realtime: {
    /** Pairs of a reference and a callback. */
    readonly stateChangeCallbacks: { open: unknown[] };
    setAuth(): Promise<void>;
    getChannels(): readonly { readonly topic: string }[];
  };
  channel(name: string, options: { config: { private: boolean } }): ChangesChannelLike;
  removeChannel(channel: never): Promise<unknown>;
}
