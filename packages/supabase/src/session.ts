/** What a driver remembers from one connection to the next. */
import type { Chains } from "./chain.js";

/** One channel, for as long as the app is on it. */
export interface ChannelMemory {
  readonly chains: Chains;
  /** When this client appeared there. */
  readonly joinedAtMs: number;
  /** Whether messages are stored here, and replayed. */
  replay: boolean;
}

/** What is kept. */
export interface Session {
  /** The same for as long as the page lives, so that who comes back takes the place that was left. */
  readonly connectionId: string;
  readonly memories: Map<string, ChannelMemory>;
  /** Channels on their way out, by name: the next join waits for them. */
  readonly leaving: Map<string, Promise<unknown>>;
  /** The client's own way out: the next connection waits for it. */
  ending?: Promise<unknown>;
}
