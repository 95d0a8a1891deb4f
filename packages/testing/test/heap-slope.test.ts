import { expect, test } from "vitest";
import { heapSlope } from "../src/heap-slope.js";

test("finds what stays behind, and nothing where nothing does", async () => {
  const kept: object[] = [];
  const leaky = await heapSlope(() => void kept.push({ at: kept.length, name: `n${kept.length}` }), {
    operations: 20_000,
  });
  expect(leaky.bytesPerOperation).toBeGreaterThan(30);
  const clean = await heapSlope(() => void new Map([[1, new Set()]]).clear(), { operations: 20_000 });
  expect(clean.bytesPerOperation).toBeLessThan(10);
  expect(clean.samples).toHaveLength(40);
});

test("refuses to tell anything from a handful of runs", async () => {
  await expect(heapSlope(() => {}, { operations: 39 })).rejects.toThrow("needs 40 runs");
});
