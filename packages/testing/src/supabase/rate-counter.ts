/** How often something happens: an average over buckets, judged when a bucket is over, as the service counts. */
import type { Clock } from "@attune/protocol";

/** Counts one kind of event, of all sockets together. */
export interface RateCounter {
  add(times?: number): void;
  /** Events a second, of the buckets that are over. */
  average(): number;
  /** Whether the limit was reached when the last bucket was over. */
  isTriggered(): boolean;
}

/**
 * Makes a counter. Source: supabase/realtime, lib/realtime/rate_counter/rate_counter.ex: the first bucket is over at once, and
 * empty, so that a burst counts half at first.
 */
export function createRateCounter(clock: Clock, limit: number, tickMs: number, maxBuckets: number): RateCounter {
  let buckets = [0];
  let count = 0;
  let overAtMs: number | undefined;

  function catchUp(): void {
    overAtMs ??= clock.now() + tickMs;
    if (clock.now() < overAtMs) return;
    const ticks = Math.floor((clock.now() - overAtMs) / tickMs) + 1;
    const empty = Array.from({ length: Math.min(ticks - 1, maxBuckets) }, () => 0);
    buckets = [...empty, count, ...buckets].slice(0, maxBuckets);
    count = 0;
    overAtMs += ticks * tickMs;
  }

  function average(): number {
    catchUp();
    return buckets.reduce((sum, each) => sum + each, 0) / buckets.length / (tickMs / 1_000);
  }

  return {
    add(times = 1) {
      catchUp();
      count += times;
    },
    average,
    isTriggered: () => average() >= limit,
  };
}
