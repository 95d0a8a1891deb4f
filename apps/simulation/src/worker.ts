/** A worker thread: runs seeds in batches until it is stopped, and reports each batch. */
import { parentPort, workerData } from "node:worker_threads";
import { runRange } from "./run-range.js";
import type { SeedRange } from "./run-range.js";

const BATCH = 200;

const { first, count, step } = workerData as SeedRange;
// Errors are made by the thousand here, and nobody reads their stacks; a seed that fails is run again with them.
Error.stackTraceLimit = 0;

for (let done = 0; done < count; done += BATCH) {
  const range = { first: first + done * step, count: Math.min(BATCH, count - done), step };
  parentPort?.postMessage(await runRange(range));
}
