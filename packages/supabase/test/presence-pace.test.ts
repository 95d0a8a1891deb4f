import { manualClock } from "@attune/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createPresencePace } from "../src/presence-pace.js";

function paced(answer: () => boolean = () => true) {
  const clock = manualClock();
  const calls: { atMs: number; state: number }[] = [];
  const pace = createPresencePace<number>(clock, async (state) => {
    calls.push({ atMs: clock.now(), state });
    return answer();
  });
  return { clock, calls, pace };
}

test("five states go out at once, and of those after them the latest, when the 30 s of the first are over", async () => {
  const { clock, calls, pace } = paced();
  for (let state = 1; state <= 9; state += 1) {
    pace.show(state);
    await clock.advance(1_000);
  }
  await clock.advance(60_000);
  expect(calls.map(({ state }) => state)).toEqual([1, 2, 3, 4, 5, 9]);
});

test("a state that the server did not take is shown again, unless there is a newer one", async () => {
  const answers = [false, true];
  const { clock, calls, pace } = paced(() => answers.shift() ?? true);
  pace.show(1);
  await clock.advance(0);
  expect(calls.map(({ state }) => state)).toEqual([1, 1]);
});

test("nothing goes out after the channel was left, and no timer is left", async () => {
  const { clock, calls, pace } = paced(() => false);
  for (let state = 1; state <= 7; state += 1) pace.show(state);
  pace.stop();
  await clock.advance(90_000);
  expect(calls).toHaveLength(5);
  expect(clock.pendingTimers).toBe(0);
});

test("however often states change, no 30 s see more than five calls, and the last state is shown", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 9_000 }), { maxLength: 60 }), async (waits) => {
      const { clock, calls, pace } = paced();
      for (const [state, waitMs] of waits.entries()) {
        await clock.advance(waitMs);
        pace.show(state);
      }
      await clock.advance(120_000);
      for (const { atMs } of calls) {
        const inWindow = calls.filter((call) => call.atMs >= atMs && call.atMs < atMs + 30_000);
        expect(inWindow.length).toBeLessThanOrEqual(5);
      }
      if (waits.length) expect(calls.at(-1)?.state).toBe(waits.length - 1);
    }),
    { numRuns: 50 },
  );
});

test("however long calls are on their way, the server never counts a sixth before its 30 s are over", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 20 }), async (delays) => {
      const clock = manualClock();
      let window = { count: 0, untilMs: 0 };
      let lastArrivalMs = 0;
      let calls = 0;
      let most = 0;
      // As presence_handler.ex counts: a call that comes at the very end of the window is in it.
      const arrive = () => {
        const isOver = window.count === 0 || clock.now() > window.untilMs;
        window = isOver ? { count: 1, untilMs: clock.now() + 30_000 } : { ...window, count: window.count + 1 };
        most = Math.max(most, window.count);
      };
      const pace = createPresencePace<number>(clock, () => {
        lastArrivalMs = Math.max(lastArrivalMs, clock.now() + (delays[calls++ % delays.length] ?? 0));
        return new Promise((resolve) => {
          clock.after(lastArrivalMs - clock.now(), () => {
            arrive();
            resolve(true);
          });
        });
      });
      for (let state = 0; state < 100; state += 1) {
        pace.show(state);
        await clock.advance(1_000);
      }
      expect(most).toBeLessThanOrEqual(5);
      pace.stop();
    }),
    { numRuns: 30 },
  );
});
