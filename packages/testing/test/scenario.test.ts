import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildScenario, formatScenario, manualClock, parseScenario, play, scenario, type Step } from "../src/index.js";
import { recorder } from "./recording-target.js";

describe("a schedule", () => {
  test("has steps one after the other, each from the end of the one before, and `at` beside them", () => {
    const { schedule, lastsMs } = scenario([
      { after: 500, fault: "half-open", for: 8_000 },
      { at: 100, fault: "refuse", for: 50 },
      { every: 200, times: 2, fault: "reset" },
      { after: 0, fault: "cut", on: "ada" },
    ]);
    expect(schedule.map(({ atMs, do: what, fault }) => `${atMs} ${what} ${fault.fault}`)).toEqual([
      "100 strike refuse",
      "150 lift refuse",
      "500 strike half-open",
      "8500 lift half-open",
      "8700 strike reset",
      "8900 strike reset",
      "8900 strike cut",
    ]);
    expect(lastsMs).toBe(8_900);
  });

  test("ends what lasts before the same begins again at that moment", () => {
    const { schedule } = scenario([
      { after: 10, fault: "pause", for: 10 },
      { after: 0, fault: "pause", for: 10 },
    ]);
    expect(schedule.map(({ atMs, do: what, strike }) => [atMs, what, strike])).toEqual([
      [10, "strike", 1],
      [20, "lift", 1],
      [20, "strike", 2],
      [30, "lift", 2],
    ]);
  });

  test("draws from ranges, within them", () => {
    const { schedule } = scenario([{ every: [100, 300], times: 500, fault: "reset" }], { seed: 3 });
    const waits = schedule.map(({ atMs }, index) => atMs - (schedule[index - 1]?.atMs ?? 0));
    expect(Math.min(...waits)).toBeLessThan(110);
    expect(Math.max(...waits)).toBeGreaterThan(290);
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(100);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(300);
  });

  const span = fc.oneof(
    fc.nat(1_000),
    fc.tuple(fc.nat(500), fc.nat(500)).map(([min, more]) => [min, min + more] as const),
  );
  const lasts = fc.integer({ min: 1, max: 1_000 });
  const timing = fc.oneof(
    fc.record({ after: span }),
    fc.record({ at: span }),
    fc.record({ every: span, times: fc.integer({ min: 1, max: 5 }) }),
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.tuple(timing, fc.constantFrom("cut" as const, "reset" as const)).map(([when, fault]) => ({ ...when, fault })),
    fc
      .tuple(
        timing,
        fc.oneof(
          lasts,
          lasts.map((max) => [1, max] as const),
        ),
        fc.constantFrom("pause" as const, "half-open" as const),
      )
      .map(([when, lasts, fault]) => ({ ...when, fault, on: "any", for: lasts })),
  );
  const steps = fc.array(step, { minLength: 1, maxLength: 8 });

  test("is the same for the same seed, survives its text, and plays twice alike", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer(), async (parts, seed) => {
        const first = scenario(parts, { seed });
        expect(scenario(parts, { seed })).toEqual(first);
        const text = formatScenario(first);
        expect(parseScenario(text)).toEqual(first);
        const runs = [];
        for (const each of [first, parseScenario(text)]) {
          const clock = manualClock();
          const { target, done } = recorder(clock);
          const playing = play(each, target, { clock });
          await clock.advance(each.lastsMs);
          await playing.finished;
          expect(playing.log).toEqual(first.schedule);
          expect(clock.pendingTimers).toBe(0);
          runs.push(done);
        }
        expect(runs[0]).toEqual(runs[1]);
        expect(runs[0]).toHaveLength(first.schedule.length);
      }),
      { numRuns: 100 },
    );
  });

  test("is another one for another seed", () => {
    const parts: Step[] = [{ every: [0, 1_000], times: 5, fault: "cut" }];
    expect(scenario(parts, { seed: 1 }).schedule).not.toEqual(scenario(parts, { seed: 2 }).schedule);
  });

  test("has every lift after its strike, in order of time", () => {
    fc.assert(
      fc.property(steps, fc.integer(), (parts, seed) => {
        const { schedule } = scenario(parts, { seed });
        const open = new Set<number>();
        let lastMs = 0;
        for (const { atMs, do: what, strike, fault } of schedule) {
          expect(atMs).toBeGreaterThanOrEqual(lastMs);
          lastMs = atMs;
          if (what === "strike" && (fault.fault === "pause" || fault.fault === "half-open")) open.add(strike);
          else if (what === "lift") expect(open.delete(strike)).toBe(true);
        }
        expect(open.size).toBe(0);
      }),
    );
  });

  test("is what the builder writes", () => {
    const built = buildScenario()
      .after(500, { fault: "half-open" }, { for: 8_000 })
      .at([0, 10], { fault: "cut", on: "ada" })
      .every([100, 300], 50, { fault: "reset" })
      .seeded(7);
    const plain = scenario(
      [
        { after: 500, fault: "half-open", for: 8_000 },
        { at: [0, 10], fault: "cut", on: "ada" },
        { every: [100, 300], times: 50, fault: "reset" },
      ],
      { seed: 7 },
    );
    expect(built).toEqual(plain);
  });

  test.each([
    [{ fault: "cut" }, "one of `after`"],
    [{ after: 1, at: 1, fault: "cut" }, "one of `after`"],
    [{ after: 1, fault: "pause" }, "needs `for`"],
    [{ after: 1, fault: "cut", for: 1 }, "takes no `for`"],
    [{ every: 1, fault: "cut" }, "needs `times`"],
    [{ every: 1, times: 0, fault: "cut" }, "needs `times`"],
    [{ after: 1, times: 2, fault: "cut" }, "goes with `every`"],
    [{ after: -1, fault: "cut" }, "is no time"],
    [{ after: [2, 1], fault: "cut" }, "is no time"],
    [{ after: Number.NaN, fault: "cut" }, "is no time"],
    [{ after: 1, fault: "pause", for: 0 }, "before it begins"],
    [{ after: 1, fault: "pause", for: [0, 5] }, "before it begins"],
  ])("is refused for a step that cannot be played: %j", (bad, why) => {
    expect(() => scenario([bad as Step])).toThrow(expect.objectContaining({ code: "invalid-option" }));
    expect(() => scenario([bad as Step])).toThrow(why);
  });

  test("is not read from anything else", () => {
    for (const text of ["", "{}", "nonsense", '{"seed":1}\n{'])
      expect(() => parseScenario(text)).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });
});
