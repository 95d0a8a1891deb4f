/** A clock that stands still until a test moves it. */
import { type Clock, RealtimeError } from "@attune/protocol";
import { settleMicrotasks } from "./macrotask.js";

/** A {@link Clock} in the hands of a test. */
export interface ManualClock extends Clock {
  /**
   * Moves the time, and runs what comes due, in due order, timers set by timers included. Microtasks finish before, between
   * and after the timers, so that code that awaits keeps pace.
   *
   * @param ms milliseconds, 0 or more; 0 runs what is due already
   * @throws (rejects) {RealtimeError} `invalid-option` for time that runs backwards, and while another `advance` is under way;
   * what a timer throws
   */
  advance(ms: number): Promise<void>;
  /** How many timers wait: 0 after `dispose()`, or something leaks. */
  readonly pendingTimers: number;
}

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

// `setTimeout` fires at once beyond this, so a longer delay is a bug wherever it runs for real.
// Source: HTML Standard, section 8.6 "Timers" (a signed 32-bit integer); Node.js docs, `setTimeout`.
const MAX_DELAY_MS = 2_147_483_647;

/**
 * Makes a clock that only `advance()` moves.
 *
 * @param options.startMs milliseconds since 1970 to begin with. Default 1,767,225,600,000 (2026-01-01 UTC): far from 0, so
 * that code that mistakes a duration for a time shows it.
 * @example
 * ```ts
 * import { manualClock } from "@attune/testing";
 * const clock = manualClock();
 * let rang = false;
 * clock.after(1_000, () => { rang = true; });
 * await clock.advance(999); // rang is false
 * await clock.advance(1); // rang is true
 * ```
 */
export function manualClock({ startMs = 1_767_225_600_000 }: { readonly startMs?: number } = {}): ManualClock {
  // In the order they were set: of two that are due together, the first one set fires first.
  const timers = new Set<Timer>();
  let nowMs = startMs;
  let isAdvancing = false;

  function nextDue(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (!next || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }

  async function runUntil(untilMs: number): Promise<void> {
    await settleMicrotasks();
    for (let timer = nextDue(untilMs); timer; timer = nextDue(untilMs)) {
      timers.delete(timer);
      nowMs = timer.dueMs;
      timer.run();
      await settleMicrotasks();
    }
    nowMs = untilMs;
  }

  return {
    now: () => nowMs,
    after(ms, run) {
      if (!(ms <= MAX_DELAY_MS)) throw invalid(`A timer cannot wait ${ms} ms: setTimeout would fire at once.`);
      const timer = { dueMs: nowMs + Math.max(0, ms), run };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    async advance(ms) {
      if (!(ms >= 0)) throw invalid(`The clock cannot advance by ${ms} ms: time does not run backwards.`);
      if (isAdvancing) throw invalid("The clock is advancing already: await that first.");
      isAdvancing = true;
      try {
        await runUntil(nowMs + ms);
      } finally {
        isAdvancing = false;
      }
    },
    get pendingTimers() {
      return timers.size;
    },
  };
}

function invalid(message: string): RealtimeError {
  return new RealtimeError("invalid-option", message);
}
