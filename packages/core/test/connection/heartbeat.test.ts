import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HEARTBEAT, type LineHealth, nextStep } from "../../src/connection/heartbeat.js";

const NOW = 1_000_000;
const fresh: LineHealth = { heardAtMs: NOW, probedAtMs: NOW };

describe("a line", () => {
  test("is probed after 5 s of silence while the page is visible", () => {
    expect(nextStep(fresh, NOW, true)).toEqual({ do: "wait", ms: 5_000 });
    expect(nextStep(fresh, NOW + 4_999, true)).toEqual({ do: "wait", ms: 1 });
    expect(nextStep(fresh, NOW + 5_000, true)).toEqual({ do: "probe" });
  });

  test("is left to the server's probes while the page is hidden, for 45 s", () => {
    expect(nextStep(fresh, NOW + 44_999, false)).toEqual({ do: "wait", ms: 1 });
    expect(nextStep(fresh, NOW + 45_000, false)).toEqual({ do: "probe" });
  });

  test("is given up when a question stays without an answer for 2.5 s", () => {
    const asked = { ...fresh, askedAtMs: NOW, isLate: true };
    expect(nextStep(asked, NOW + 2_499, true)).toEqual({ do: "wait", ms: 1 });
    expect(nextStep(asked, NOW + 2_500, true)).toEqual({ do: "give-up" });
    expect(nextStep(asked, NOW + 2_500, false)).toEqual({ do: "give-up" });
  });

  test("is said to be late once, when half of that is over", () => {
    const asked = { ...fresh, askedAtMs: NOW };
    expect(nextStep(asked, NOW + 1_249, true)).toEqual({ do: "wait", ms: 1 });
    expect(nextStep(asked, NOW + 1_250, true)).toEqual({ do: "say-late" });
    expect(nextStep({ ...asked, isLate: true }, NOW + 1_250, true)).toEqual({ do: "wait", ms: 1_250 });
  });

  test("is not given up within 0.2 s of anything that is heard, answer or not", () => {
    const asked = { ...fresh, askedAtMs: NOW, heardAtMs: NOW + 2_400, isLate: true };
    expect(nextStep(asked, NOW + 2_500, true)).toEqual({ do: "wait", ms: 100 });
    expect(nextStep(asked, NOW + 2_600, true)).toEqual({ do: "give-up" });
  });

  test("is measured every 25 s while the page is visible, however much traffic there is", () => {
    const busy = { ...fresh, heardAtMs: NOW + 24_999 };
    expect(nextStep(busy, NOW + 24_999, true)).toEqual({ do: "wait", ms: 1 });
    expect(nextStep({ ...busy, heardAtMs: NOW + 25_000 }, NOW + 25_000, true)).toEqual({ do: "probe" });
    expect(nextStep({ ...busy, heardAtMs: NOW + 25_000 }, NOW + 25_000, false).do).toBe("wait");
  });

  test("is noticed dead within 7.5 s of the last sign of life, whatever came before", () => {
    const past = fc.nat(60_000);
    fc.assert(
      fc.property(past, past, (heard, probed) => {
        let health: LineHealth = { heardAtMs: NOW - heard, probedAtMs: NOW - probed };
        let now = NOW;
        for (let steps = 0; steps < 10; steps += 1) {
          const step = nextStep(health, now, true);
          if (step.do === "wait") {
            expect(step.ms).toBeGreaterThan(0);
            now += step.ms;
          } else if (step.do === "probe") health = { ...health, probedAtMs: now, askedAtMs: now };
          else if (step.do === "say-late") health = { ...health, isLate: true };
          else {
            expect(now).toBeLessThanOrEqual(
              Math.max(NOW, NOW - heard + HEARTBEAT.visibleSilenceMs) + HEARTBEAT.deadlineMs,
            );
            return;
          }
        }
        expect.unreachable("the line was never given up");
      }),
    );
  });
});
