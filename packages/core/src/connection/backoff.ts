/** How long to wait before trying again. */
import { RealtimeError } from "@attune/protocol";
import type { Random } from "@attune/protocol";

/** The shape of the waiting. */
export interface ReconnectOptions {
  /** The first delay, in milliseconds. Default 1,000. */
  readonly minMs: number;
  /** The longest delay before jitter. Default 30,000. */
  readonly maxMs: number;
  /** At most this much is added at random. Default 1,000; 0 brings all clients back in one instant. */
  readonly jitterMs: number;
  /**
   * Attempts in a row before `permanently_disconnected`. Default 20; `Infinity` never gives up, and is the default of a driver that
   * reconnects by itself: it says when it has given up.
   */
  readonly maxAttempts: number;
}

/** 1, 2, 4, 8, 16, then 30 s, plus up to 1 s; 20 attempts. */
export const DEFAULT_RECONNECT: ReconnectOptions = { minMs: 1_000, maxMs: 30_000, jitterMs: 1_000, maxAttempts: 20 };

/**
 * How long to wait before reconnect attempt `attempt`.
 *
 * Doubles from `minMs`, is capped at `maxMs`, and gets up to `jitterMs` at random after the cap, so that clients cut off
 * together do not come back together, also at the cap.
 *
 * @param attempt 1 for the first retry after a loss
 * @param random uniform in [0, 1)
 * @returns whole milliseconds (given whole options), from `minMs` to `maxMs + jitterMs`
 * Source: "Exponential Backoff and Jitter", AWS Architecture Blog, for why there is jitter at all.
 */
export function backoffMs(attempt: number, random: Random, options: ReconnectOptions): number {
  return Math.min(options.minMs * 2 ** (attempt - 1) || 0, options.maxMs) + Math.round(random() * options.jitterMs);
}

/** @throws {RealtimeError} `invalid-option` when a number is negative or `minMs` is greater than `maxMs` */
export function assertReconnectOptions({ minMs, maxMs, jitterMs, maxAttempts }: ReconnectOptions): void {
  if (!(minMs >= 0 && maxMs >= minMs && jitterMs >= 0 && maxAttempts >= 0)) {
    throw new RealtimeError(
      "invalid-option",
      "createRealtime({ reconnect }): needs 0 <= minMs <= maxMs, jitterMs >= 0, maxAttempts >= 0.",
    );
  }
}
