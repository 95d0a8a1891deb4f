/** Waits for what must happen, and lets time pass, by the world's clock or in real time. */
import { expect } from "vitest";
import type { ManualClock } from "../manual-clock.js";
import { systemClock } from "../system-clock.js";
import { until } from "../until.js";

/** How a case waits. */
export interface Waiting {
  /** Waits until a condition holds; one that throws does not hold yet. `what` says it in the failure. */
  until(what: string, condition: () => unknown, withinMs?: number): Promise<void>;
  /** Waits until a value equals another one, and shows the difference when it never does. */
  becomes(what: string, read: () => unknown, wanted: unknown, withinMs?: number): Promise<void>;
  /** Lets time pass, for what must not happen meanwhile. */
  pass(ms: number): Promise<void>;
  /** What a promise came to: its value, or its error. */
  settled<T>(what: string, promise: Promise<T>): Promise<{ readonly value?: T; readonly error?: unknown }>;
}

/** Small enough to see what comes and goes, in virtual time. */
const STEP_MS = 10;

/** Makes the waiting of one case. `usualMs`: how long it waits when nothing else is said. */
export function createWaiting(clock: ManualClock | undefined, usualMs: number): Waiting {
  async function virtually(condition: () => unknown, withinMs: number): Promise<void> {
    let lastError: unknown;
    for (let waitedMs = 0; waitedMs <= withinMs; waitedMs += STEP_MS) {
      await clock?.advance(waitedMs === 0 ? 0 : STEP_MS);
      try {
        if (await condition()) return;
        lastError = undefined;
      } catch (error) {
        lastError = error;
      }
    }
    throw lastError ?? new Error("the condition does not hold");
  }

  async function wait(what: string, condition: () => unknown, withinMs = usualMs): Promise<void> {
    try {
      await (clock ? virtually(condition, withinMs) : until(condition, { withinMs }));
    } catch (cause) {
      throw new Error(`Not so within ${withinMs} ms: ${what}. ${String(cause)}`, { cause });
    }
  }

  return {
    until: wait,
    async becomes(what, read, wanted, withinMs) {
      const isWanted = async (): Promise<boolean> => {
        expect(await read()).toEqual(wanted);
        return true;
      };
      await wait(what, isWanted, withinMs).catch(async (cause) => {
        expect(await read(), what).toEqual(wanted);
        throw cause;
      });
    },
    async pass(ms) {
      if (clock) await clock.advance(ms);
      else await new Promise<void>((resolve) => void systemClock.after(ms, resolve));
    },
    async settled<T>(what: string, promise: Promise<T>) {
      let outcome: { readonly value?: T; readonly error?: unknown } | undefined;
      promise.then(
        (value) => (outcome = { value }),
        (error) => (outcome = { error }),
      );
      await wait(what, () => outcome);
      return outcome ?? {};
    },
  };
}
