import { expect, test } from "vitest";
import { Admission } from "../src/access/admission.js";

test("a clock that is set back an hour makes nobody wait for an hour", () => {
  const admission = new Admission(1_000, 1);
  const nowMs = 10_000_000;
  const waits = Array.from({ length: 50 }, () => admission.admit(nowMs));
  expect(Math.max(...waits)).toBeLessThanOrEqual(50);
  const later = Array.from({ length: 10 }, () => admission.admit(nowMs - 3_600_000));
  expect(Math.max(...later)).toBeLessThanOrEqual(60);
  // Those who were given a slot before keep it: no two have the same.
  expect(Math.min(...later)).toBeGreaterThan(Math.max(...waits));
});
