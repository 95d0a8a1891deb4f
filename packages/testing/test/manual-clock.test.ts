import { isRealtimeError } from "@attune/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { manualClock } from "../src/index.js";

test("fires nothing before its time", async () => {
  const clock = manualClock();
  const fired: string[] = [];
  clock.after(1_000, () => fired.push("timer"));
  await clock.advance(999);
  expect(fired).toEqual([]);
  await clock.advance(1);
  expect(fired).toEqual(["timer"]);
  expect(clock.pendingTimers).toBe(0);
});

test("shows each timer the time at which it was due", async () => {
  const clock = manualClock({ startMs: 50 });
  const times: number[] = [];
  clock.after(20, () => times.push(clock.now()));
  clock.after(10, () => times.push(clock.now()));
  await clock.advance(100);
  expect(times).toEqual([60, 70]);
  expect(clock.now()).toBe(150);
});

test("fires timers in due order, and those that are due together in the order they were set", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 30 }), async (delays) => {
      const clock = manualClock();
      const fired: number[] = [];
      delays.forEach((ms, index) => clock.after(ms, () => fired.push(index)));
      await clock.advance(20);
      const expected = delays.map((ms, index) => ({ ms, index })).sort((a, b) => a.ms - b.ms || a.index - b.index);
      expect(fired).toEqual(expected.map(({ index }) => index));
    }),
    { numRuns: 50 },
  );
});

test("fires timers that timers set, within the same advance", async () => {
  const clock = manualClock();
  const ticks: number[] = [];
  const tick = () => {
    ticks.push(clock.now());
    if (ticks.length < 5) clock.after(10, tick);
  };
  clock.after(10, tick);
  await clock.advance(45);
  expect(ticks).toHaveLength(4);
  expect(clock.pendingTimers).toBe(1);
});

test("lets code that awaits finish between two timers", async () => {
  const clock = manualClock();
  const seen: string[] = [];
  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
  const run = async () => {
    await wait(10);
    seen.push("first wait over");
    await wait(10);
    seen.push("second wait over");
  };
  void run();
  clock.after(15, () => seen.push("timer"));
  await clock.advance(20);
  expect(seen).toEqual(["first wait over", "timer", "second wait over"]);
});

test("does not fire a timer that was cancelled, even by one due at the same time", async () => {
  const clock = manualClock();
  const fired: string[] = [];
  clock.after(10, () => cancel());
  const cancel = clock.after(10, () => fired.push("cancelled"));
  await clock.advance(10);
  expect(fired).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test("refuses to run backwards, and to advance inside an advance", async () => {
  const clock = manualClock();
  for (const ms of [-1, Number.NaN]) {
    await expect(clock.advance(ms)).rejects.toSatisfy((error) => isRealtimeError(error, "invalid-option"));
  }
  let inner: Promise<void> | undefined;
  clock.after(1, () => {
    inner = clock.advance(1);
    inner.catch(() => {});
  });
  await clock.advance(1);
  await expect(inner).rejects.toSatisfy((error) => isRealtimeError(error, "invalid-option"));
});

test("refuses delays that a real timer cannot keep", () => {
  const clock = manualClock();
  for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
    expect(() => clock.after(ms, () => {})).toThrow(/would fire at once/);
  }
});

test("goes on after a timer that throws", async () => {
  const clock = manualClock();
  const fired: string[] = [];
  clock.after(1, () => {
    throw new Error("broken timer");
  });
  clock.after(2, () => fired.push("next"));
  await expect(clock.advance(5)).rejects.toThrow("broken timer");
  await clock.advance(5);
  expect(fired).toEqual(["next"]);
});
