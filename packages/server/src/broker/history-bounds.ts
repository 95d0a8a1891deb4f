/** How much of a channel's log is kept, whatever keeps it. */

/** How much of a channel's log is kept. */
export interface HistoryBounds {
  /** Messages per channel. Default 1,000; 0 keeps none, and every interruption is a gap. */
  readonly messages: number;
  /** The oldest that a message gets, in milliseconds. Default 600,000 (10 minutes). */
  readonly ageMs: number;
  /** Characters of JSON per channel, so that large messages cannot fill the memory. Default 8,388,608. */
  readonly chars: number;
}

/** The defaults of {@link HistoryBounds}. */
export const DEFAULT_HISTORY: HistoryBounds = { messages: 1_000, ageMs: 600_000, chars: 8_388_608 };

/** What is kept of a log, before its oldest message is looked at. */
export interface Kept {
  readonly messages: number;
  readonly chars: number;
}

/** Whether the oldest message of what is kept may stay. When it may, so may all after it. */
export function mayStay(bounds: HistoryBounds, kept: Kept, oldestMs: number, nowMs: number): boolean {
  return kept.messages <= bounds.messages && kept.chars <= bounds.chars && nowMs - oldestMs <= bounds.ageMs;
}
