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
