import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lost, NO_LINE, sampled } from "../../src/quality/estimate.js";

const after = (...rtts: number[]) =>
  rtts.reduce((estimate, rttMs) => sampled(estimate, { rttMs, isDegraded: rttMs > 2_000 }), NO_LINE);

describe("the quality of a line", () => {
  test("is decided by its first sample", () => {
    expect(after(20).quality.level).toBe("excellent");
    expect(after(300).quality.level).toBe("good");
    expect(after(900).quality.level).toBe("poor");
  });

  test("gets worse after two samples that say so, better after three", () => {
    expect(after(20, 1_900).quality.level).toBe("excellent");
    expect(after(20, 1_900, 1_900).quality.level).toBe("poor");
    const poor = after(900);
    const levels = Array<number>(40)
      .fill(40)
      .reduce<(typeof poor)[]>((so, rttMs) => [...so, sampled(so.at(-1) ?? poor, { rttMs, isDegraded: false })], []);
    const seen = levels.map(({ quality }) => quality.level);
    expect(seen.slice(0, 2)).toEqual(["poor", "poor"]);
    expect(new Set(seen)).toEqual(new Set(["poor", "good", "excellent"]));
  });

  test("is poor at once when a round trip is degraded", () => {
    expect(after(20, 2_500).quality.level).toBe("poor");
  });

  test("does not flicker when samples lie on both sides of a border", () => {
    const levels = Array.from(
      { length: 60 },
      (_, index) => after(...Array.from({ length: index + 1 }, (__, at) => (at % 2 ? 160 : 130))).quality.level,
    );
    const changes = levels.filter((level, index) => index > 0 && level !== levels[index - 1]);
    expect(changes.length).toBeLessThanOrEqual(1);
  });

  test("keeps every figure within what was measured", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 80 }), (rtts) => {
        const { rttMs, p95Ms, jitterMs } = after(...rtts).quality;
        const recent = rtts.slice(-20);
        expect(rttMs).toBeGreaterThanOrEqual(Math.min(...rtts));
        expect(rttMs).toBeLessThanOrEqual(Math.max(...rtts));
        expect(recent).toContain(p95Ms);
        expect(recent.filter((rtt) => rtt > (p95Ms ?? 0)).length).toBeLessThanOrEqual(1);
        expect(jitterMs).toBeGreaterThanOrEqual(0);
        expect(jitterMs).toBeLessThanOrEqual(Math.max(...rtts) - Math.min(...rtts));
      }),
    );
  });

  test("takes the server's clock from the shortest round trips, and keeps it when the line is lost", () => {
    const close = sampled(NO_LINE, { rttMs: 20, serverOffsetMs: 3_600_000, isDegraded: false });
    const far = sampled(close, { rttMs: 900, serverOffsetMs: 3_600_400, isDegraded: false });
    expect(far.quality.serverOffsetMs).toBe(3_600_000);
    expect(lost(far).quality).toEqual({ level: "lost", serverOffsetMs: 3_600_000 });
  });
});
