/** The short form of the simulation: some schedules, none of which breaks a promise, and each of which can be had again. */
import { describe, expect, test } from "vitest";
import { runRange } from "../src/run-range.js";
import { runSchedule } from "../src/run-schedule.js";
import { makeSchedule } from "../src/schedule/make-schedule.js";
import { timelineOf } from "../src/timeline.js";

describe("the simulation", () => {
  test("breaks no promise in 400 schedules", async () => {
    const { schedules, failures } = await runRange({ first: 1, count: 400, step: 1 });
    expect(schedules).toBe(400);
    // A seed that stands here is replayed by `npm run simulate -- --replay <seed>`.
    expect(failures).toEqual([]);
  }, 120_000);

  test("has at least 50 steps in every schedule, and makes the same one of the same seed", () => {
    for (let seed = 1; seed <= 50; seed++) {
      expect(makeSchedule(seed).steps.length).toBeGreaterThanOrEqual(50);
      expect(makeSchedule(seed)).toEqual(makeSchedule(seed));
    }
  });

  test("replays a seed exactly, down to every frame", async () => {
    expect(await timelineOf(7)).toBe(await timelineOf(7));
  });

  test("judges a run the same whether or not its timeline is written", async () => {
    const { history } = await runSchedule(11);
    const { history: traced } = await runSchedule(11, () => {});
    expect(traced).toEqual(history);
  });
});
