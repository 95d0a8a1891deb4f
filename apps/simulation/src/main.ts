/** The command: runs many schedules on all cores, or one with its timeline, and ends with a verdict. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { addCoverage, formatCoverage, leastCovered } from "./coverage.js";
import { emptyResult } from "./run-range.js";
import type { RangeResult } from "./run-range.js";
import { STEPS } from "./schedule/make-schedule.js";
import { timelineOf } from "./timeline.js";

const USAGE = `npm run simulate -- [options]

  --schedules <n>  how many; default 2000
  --seed <n>       the first seed; default 1
  --replay <n>     runs this one seed and prints its timeline
  --workers <n>    threads; default one for each core
`;

const PROGRESS_EVERY_MS = 30_000;
const SHOWN_FAILURES = 20;

const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    replay: { type: "string" },
    workers: { type: "string", default: String(availableParallelism()) },
    help: { type: "boolean" },
  },
});
if (values.help) process.stdout.write(USAGE);
else if (values.replay !== undefined) process.stdout.write(await timelineOf(numberOf("replay", values.replay)));
else
  await runAll(
    numberOf("seed", values.seed),
    numberOf("schedules", values.schedules),
    numberOf("workers", values.workers),
  );

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${option} takes a whole number from 1 on, not "${text}".`);
}

async function runAll(first: number, count: number, workers: number): Promise<void> {
  const startMs = performance.now();
  const total = emptyResult();
  const progress = setInterval(() => process.stdout.write(`${summary(total, startMs)}\n`), PROGRESS_EVERY_MS);
  await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const share = Math.floor(count / workers) + (index < count % workers ? 1 : 0);
      return runWorker({ first: first + index, count: share, step: workers }, (result) => add(total, result));
    }),
  );
  clearInterval(progress);
  const least = leastCovered(total.coverage);
  process.stdout.write(
    `${formatCoverage(total.coverage)}\n\nleast covered: ${least.fault} while ${least.state}, ${least.hits} times\n`,
  );
  for (const { seed, violation } of total.failures.slice(0, SHOWN_FAILURES)) {
    process.stdout.write(`seed ${seed}: ${violation.promise}: ${violation.how}\n`);
  }
  if (total.failures.length > 0)
    process.stdout.write(`replay one: npm run simulate -- --replay ${total.failures[0]?.seed}\n`);
  process.stdout.write(`${summary(total, startMs)}\n`);
  process.exitCode = total.failures.length > 0 ? 1 : 0;
}

function runWorker(range: object, onResult: (result: RangeResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.mjs", import.meta.url), { workerData: range });
    worker.on("message", onResult);
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`A worker ended with code ${code}.`))));
  });
}

function add(total: RangeResult, more: RangeResult): void {
  total.schedules += more.schedules;
  total.published += more.published;
  total.delivered += more.delivered;
  total.gaps += more.gaps;
  total.failures.push(...more.failures);
  addCoverage(total.coverage, more.coverage);
}

function summary({ schedules, published, delivered, gaps, failures }: RangeResult, startMs: number): string {
  const seconds = (performance.now() - startMs) / 1_000;
  return `${schedules} schedules of ${STEPS} steps in ${seconds.toFixed(0)} s (${Math.round(schedules / seconds)}/s), ${published} published, ${delivered} delivered, ${gaps} gaps told, ${failures.length} failed`;
}
