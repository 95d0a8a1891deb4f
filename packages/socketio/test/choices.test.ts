import fc from "fast-check";
import { expect, test } from "vitest";
import { rejoinDelayMs } from "../src/rejoin-delay.js";
import { nextOrder } from "../src/transport-choice.js";

test("begins with what worked last", () => {
  expect(nextOrder(["websocket", "polling"], "polling")).toEqual(["polling", "websocket"]);
  expect(nextOrder(["polling", "websocket"], "websocket")).toEqual(["websocket", "polling"]);
  expect(nextOrder(["websocket", "polling"], "websocket")).toEqual(["websocket", "polling"]);
});

test("begins elsewhere after an attempt that did not open", () => {
  expect(nextOrder(["websocket", "polling"], undefined)).toEqual(["polling", "websocket"]);
  expect(nextOrder(["websocket"], undefined)).toEqual(["websocket"]);
  expect(nextOrder([], undefined)).toEqual([]);
});

test("waits longer after each failure, up to a cap, and spreads those who wait beyond it", () => {
  const none = Number.NaN;
  expect([1, 2, 3, 4, 5, 6, 60].map((failures) => rejoinDelayMs(failures, () => 0, none))).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
  ]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, drawn) => {
        const ms = rejoinDelayMs(failures, () => drawn, none);
        expect(ms).toBeGreaterThanOrEqual(1_000);
        expect(ms).toBeLessThan(31_000);
        expect(ms - rejoinDelayMs(failures, () => 0, none)).toBeCloseTo(drawn * 1_000);
      },
    ),
  );
});

test("waits as long as the server asked", () => {
  expect(rejoinDelayMs(5, () => 0.5, 0)).toBe(0);
  expect(rejoinDelayMs(5, () => 0.5, 42)).toBe(42);
});
