import { describe, expect, test } from "vitest";
import { type FaultTarget, manualClock, offlineTarget, play, scenario, type Step, targetOfAll } from "../src/index.js";
import { recorder } from "./recording-target.js";

describe("playing", () => {
  test("says up front what the target cannot do, and does nothing of it", async () => {
    const clock = manualClock();
    const { target, done } = recorder(clock);
    const parts: Step[] = [
      { after: 0, fault: "cut" },
      { after: 5, fault: "corrupt", rate: 0.5, for: 5 },
    ];
    expect(() => play(scenario(parts), target, { clock })).toThrow(
      expect.objectContaining({ code: "unsupported", message: expect.stringContaining('"rate":0.5}: not here') }),
    );
    await clock.advance(100);
    expect(done).toEqual([]);
  });

  test("takes back what lasts when it is stopped", async () => {
    const clock = manualClock();
    const { target, done } = recorder(clock);
    const playing = play(scenario([{ after: 10, fault: "pause", for: 1_000 }]), target, { clock });
    await clock.advance(20);
    await playing.stop();
    expect(done).toEqual(["10 strike pause", "20 lift pause"]);
    expect(clock.pendingTimers).toBe(0);
    await playing.finished;
    await playing.stop();
    expect(done).toHaveLength(2);
  });

  test("takes back what began while it was being stopped", async () => {
    const clock = manualClock();
    let begin = (): void => {};
    let isLifted = false;
    const slow: FaultTarget = {
      name: "slow",
      cannot: () => undefined,
      strike: () => new Promise((resolve) => (begin = () => resolve(() => void (isLifted = true)))),
    };
    const playing = play(scenario([{ after: 0, fault: "pause", for: 1_000 }]), slow, { clock });
    await clock.advance(0);
    await playing.stop();
    begin();
    await clock.advance(0);
    expect(isLifted).toBe(true);
  });

  test("fails with what the target threw, after taking back what lasts", async () => {
    const clock = manualClock();
    const { target, done } = recorder(clock);
    const broken: FaultTarget = {
      ...target,
      strike(fault, pick) {
        if (fault.fault === "cut") throw new Error("no such line");
        return target.strike(fault, pick);
      },
    };
    const parts: Step[] = [
      { at: 0, fault: "pause", for: 1_000 },
      { at: 10, fault: "cut" },
    ];
    const playing = play(scenario(parts), broken, { clock });
    await clock.advance(2_000);
    await expect(playing.finished).rejects.toThrow("no such line");
    expect(done).toEqual(["0 strike pause", "10 lift pause"]);
  });

  test("gives each fault to the first target that can do it", async () => {
    const clock = manualClock();
    const offline: boolean[] = [];
    const browser = offlineTarget({
      async setOffline(isOffline) {
        offline.push(isOffline);
      },
    });
    const line = recorder(clock, "line", "offline");
    const parts: Step[] = [
      { after: 0, fault: "offline", for: 5 },
      { after: 0, fault: "cut" },
    ];
    const playing = play(scenario(parts), targetOfAll(browser, line.target), { clock });
    await clock.advance(10);
    await playing.finished;
    expect(offline).toEqual([true, false]);
    expect(line.done).toEqual(["5 strike cut"]);
    expect(() => play(scenario(parts), browser, { clock })).toThrow("offlineTarget() cannot");
  });
});
