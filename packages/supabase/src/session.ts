/** What a driver remembers from one connection to the next. */
import type { Chains } from "./chain.js";

/** One channel, for as long as the app is on it. */
export interface ChannelMemory {
  readonly chains: Chains;
  /** Whether any message was had, my own included. */
  hadAny?: boolean;
  /** When this client appeared there. */
  readonly joinedAtMs: number;
  /** The server would not replay here. */
  isRefusedReplay?: boolean;
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

/** Makes a session that remembers nothing. */
export function createSession(connectionId: string): Session {
  return { connectionId, memories: new Map(), leaving: new Map() };
}

/** The memory of a channel, made when there is none. */
export function memoryOf({ memories }: Session, channel: string, joinedAtMs: number): ChannelMemory {
  const memory = memories.get(channel) ?? { chains: new Map(), joinedAtMs };
  memories.set(channel, memory);
  return memory;
}
