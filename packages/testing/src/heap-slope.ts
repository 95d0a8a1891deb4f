/** Measures how much memory an operation leaves behind: the slope of the heap over many of them. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { RealtimeError } from "@attune/protocol";

/** What to measure, and how often. */
export interface HeapSlopeOptions {
  /** How many operations in all. Default 100,000. The fewer, the more the noise of the heap weighs: 1,000 tell little. */
  readonly operations?: number;
  /** How many operations one call of `run` does. Default 1. */
  readonly perRun?: number;
  /** Measures again up to so many times in all, and keeps the smallest: what was noise passes, a leak stays. Default 1. */
  readonly rounds?: number;
  /** A slope of at most this ends the rounds. Default 0 bytes. */
  readonly enoughBytes?: number;
}

/** What an operation leaves behind. */
export interface HeapSlope {
  /** Bytes for each operation, by least squares over the last three quarters; negative when the heap shrank. */
  readonly bytesPerOperation: number;
  /** Bytes in use after a forced collection, at 40 moments evenly spread. */
  readonly samples: readonly number[];
}

const SAMPLES = 40;
/** Caches fill and code is compiled in the first quarter; after it, what grows is a leak. */
const WARM_UP = 0.25;

/**
 * Runs something many times, and tells what that leaves on the heap. Node only.
 *
 * @param run does `perRun` operations, and releases what they took
 * @throws (rejects) {RealtimeError} `invalid-option` for fewer than 40 runs; what `run` throws
 * @example
 * ```ts
 * import { heapSlope } from "@attune/testing";
 * const { bytesPerOperation } = await heapSlope(() => void new Set([1]).clear(), { operations: 10_000 });
 * bytesPerOperation < 10; // true: nothing stays
 * ```
 * Source of the default and of the three quarters: the project's figure for leaks, 10 bytes for each of 100,000 operations.
 */
export async function heapSlope(
  run: () => void | Promise<void>,
  { rounds = 1, enoughBytes = 0, ...options }: HeapSlopeOptions = {},
): Promise<HeapSlope> {
  let least = await measure(run, options);
  for (let round = 1; round < rounds && least.bytesPerOperation > enoughBytes; round++) {
    const again = await measure(run, options);
    if (again.bytesPerOperation < least.bytesPerOperation) least = again;
  }
  return least;
}

async function measure(
  run: () => void | Promise<void>,
  { operations = 100_000, perRun = 1 }: HeapSlopeOptions,
): Promise<HeapSlope> {
  const runs = Math.floor(operations / perRun);
  if (!(runs >= SAMPLES)) throw new RealtimeError("invalid-option", `A slope needs ${SAMPLES} runs, not ${runs}.`);
  const collect = collector();
  const samples: number[] = [];
  for (let done = 1; done <= runs; done++) {
    await run();
    if (done < Math.round(((samples.length + 1) * runs) / SAMPLES)) continue;
    await collect();
    samples.push(process.memoryUsage().heapUsed);
  }
  const counted = samples.slice(Math.ceil(SAMPLES * WARM_UP));
  return { bytesPerOperation: slopeOf(counted) / (operations / SAMPLES), samples };
}

/** By how much a line through the values rises from one to the next. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const rise = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0);
  return rise / values.reduce((sum, _value, at) => sum + (at - middle) ** 2, 0);
}

/** Twice, with a turn of the event loop between: what a finaliser or a settled promise let go of is found by the second. */
function collector(): () => Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  return async () => {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  };
}
