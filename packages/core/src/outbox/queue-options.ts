/** The bounds of the outgoing queue, and where it is kept. */
import type { Keeper } from "./keeping.js";

/** How much may wait, how fast it leaves, and how long it is good for. */
export interface QueueOptions {
  /** Messages waiting at most; over it the oldest is dropped and its publisher told. Default 100. */
  readonly max: number;
  /** Messages per second and channel; the excess waits. Default 10; 0 lifts the limit. */
  readonly perSecond: number;
  /** A message that waited longer is not sent any more, in milliseconds. Default 12 h: half of the server's dedupe window. */
  readonly lifetimeMs: number;
  /** `indexedDb()` keeps messages beyond the life of the page: the next one sends them. Default none: they wait in memory. */
  readonly storage?: Keeper | undefined;
}

/** 100 messages, 10 a second, 12 hours. */
export const DEFAULT_QUEUE: QueueOptions = { max: 100, perSecond: 10, lifetimeMs: 12 * 3_600_000 };
