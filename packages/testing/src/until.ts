/** Waits for a condition in real time, so that no test sleeps. */
import { inspect } from "node:util";

/** How to wait. */
export interface UntilOptions {
  /** Milliseconds before it fails. Default 2,000. */
  readonly withinMs?: number;
  /** What the failure shows instead of the condition's last value: the state that explains it. */
  readonly describe?: () => unknown;
}

interface Outcome<T> {
  readonly value?: T;
  readonly error?: unknown;
}

// Taken when the module loads: a test that fakes the global timers still gets its failure.
const startTimer = globalThis.setTimeout;
const stopTimer = globalThis.clearTimeout;
const POLL_MS = 2;

/**
 * Waits until a condition holds.
 *
 * A condition that throws does not hold yet, so assertions may stand in it. Under a manual clock `await clock.advance(ms)`
 * is the better wait: it takes no time.
 *
 * @returns the first truthy value of the condition
 * @throws (rejects) {Error} with the condition, its last value (or `describe()`) and, also as `cause`, the last error it threw
 * @example
 * ```ts
 * import { until } from "@attune/testing";
 * const seen: string[] = [];
 * queueMicrotask(() => seen.push("hello"));
 * const first = await until(() => seen[0]); // "hello"
 * ```
 */
export async function until<T>(condition: () => T | Promise<T>, options: UntilOptions = {}): Promise<NonNullable<T>> {
  const { withinMs = 2_000, describe } = options;
  const deadlineMs = performance.now() + withinMs;
  let last: Outcome<T> = {};
  for (
    let leftMs = withinMs;
    leftMs > 0 || !("value" in last || "error" in last);
    leftMs = deadlineMs - performance.now()
  ) {
    last = await outcomeWithin(condition, Math.max(leftMs, POLL_MS));
    if (last.value) return last.value;
    await new Promise((resolve) => startTimer(resolve, POLL_MS));
  }
  const shown = inspect(describe ? describe() : last.value, { depth: 5 });
  const thrown = last.error === undefined ? "" : `; last error: ${String(last.error)}`;
  const source = String(condition).replaceAll(/\s+/g, " ");
  throw new Error(`Not so within ${withinMs} ms: ${source}; last seen: ${shown}${thrown}`, { cause: last.error });
}

async function outcomeWithin<T>(condition: () => T | Promise<T>, ms: number): Promise<Outcome<T>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = startTimer(() => reject(new Error("the condition's promise did not settle")), ms);
  });
  try {
    return { value: await Promise.race([condition(), tooLate]) };
  } catch (error) {
    return { error };
  } finally {
    stopTimer(timer);
  }
}
