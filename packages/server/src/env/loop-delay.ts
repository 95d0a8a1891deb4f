/** Measures how late the event loop runs: when one handler blocks it, everyone waits. */
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 10;
let histogram: IntervalHistogram | undefined;

/** The 99th percentile since the last call, in milliseconds; 0 at the first, which begins to measure. */
export function loopDelayMs(): number {
  if (!histogram) {
    histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
    return 0;
  }
  // The timer's own interval is part of what it measures.
  const delayMs = Math.max(0, histogram.percentile(99) / 1e6 - RESOLUTION_MS);
  histogram.reset();
  return delayMs;
}
