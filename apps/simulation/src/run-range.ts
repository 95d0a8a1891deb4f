/** Runs the schedules of a range of seeds, and adds up what they came to. */
import { addHit, emptyCoverage } from "./coverage.js";
import type { Coverage } from "./coverage.js";
import { runSchedule } from "./run-schedule.js";
import type { Violation } from "./verdict/violation.js";

/** A range: `count` seeds from `first` on, each `step`th. */
export interface SeedRange {
  readonly first: number;
  readonly count: number;
  readonly step: number;
}

/** What a range came to. */
export interface RangeResult {
  schedules: number;
  published: number;
  delivered: number;
  gaps: number;
  readonly coverage: Coverage;
  /** The seeds that broke a promise, and the first one that each broke. */
  readonly failures: { readonly seed: number; readonly violation: Violation }[];
}

/** Nothing yet. */
export function emptyResult(): RangeResult {
  return { schedules: 0, published: 0, delivered: 0, gaps: 0, coverage: emptyCoverage(), failures: [] };
}

/** Runs them one after the other. `isEnough` is asked after each. */
export async function runRange(
  { first, count, step }: SeedRange,
  isEnough: (result: RangeResult) => boolean = () => false,
): Promise<RangeResult> {
  const total = emptyResult();
  for (let index = 0; index < count && !isEnough(total); index++) {
    const seed = first + index * step;
    const { violations, hits, published, delivered, gaps } = await runSchedule(seed);
    total.schedules += 1;
    total.published += published;
    total.delivered += delivered;
    total.gaps += gaps;
    for (const [fault, state] of hits) addHit(total.coverage, fault, state);
    const [violation] = violations;
    if (violation) total.failures.push({ seed, violation });
  }
  return total;
}
