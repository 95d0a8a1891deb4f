/** Measures what it costs a server to bring one message to many, and how long that takes. */
import type { Options } from "../options.js";
import { median } from "../samples.js";
import type { System } from "../servers/bench-server.js";
import { sleep } from "../sleep.js";
import { startWorker } from "../workers/worker.js";
import type { Faults } from "./receiver.js";

export const SUBSCRIBERS = 500;
const IN_FLIGHT = [1, 8, 32] as const;
const SYSTEMS = ["attune", "socketio", "ws"] as const;

/** Long enough for the compiler to be done with the hot path. */
const WARM_UP_MS = 700;
const FINISH_MS = 10_000;

/** One system at one load. */
interface FanOutRow {
  readonly system: System;
  readonly inFlight: number;
  /** Of the server's process, user and system. */
  readonly cpuUsPerDelivery: number;
  readonly deliveriesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
}

/** Ours over plain Socket.IO, run by run; the median of the runs. */
interface FanOutRatio {
  readonly inFlight: number;
  readonly cpu: number;
  readonly p99: number;
}

export interface FanOutResult {
  readonly rows: readonly FanOutRow[];
  readonly ratios: readonly FanOutRatio[];
}

/** Alternates the systems, so that what else the machine does strikes them all; medians of the runs. */
export async function measureFanOut({ runs, seconds }: Options, log: (text: string) => void): Promise<FanOutResult> {
  const measured: FanOutRow[][] = [];
  for (let run = 0; run < runs; run++) {
    const rows: FanOutRow[] = [];
    for (let turn = 0; turn < SYSTEMS.length; turn++) {
      const system = SYSTEMS[(turn + run) % SYSTEMS.length] as System;
      log(`fan-out: run ${run + 1} of ${runs}, ${system}`);
      rows.push(...(await measureSystem(system, seconds * 1_000)));
    }
    measured.push(rows);
  }
  return {
    rows: IN_FLIGHT.flatMap((inFlight) => SYSTEMS.map((system) => medianRow(measured, system, inFlight))),
    ratios: IN_FLIGHT.map((inFlight) => toRatio(measured, inFlight)),
  };
}

async function measureSystem(system: System, measureMs: number): Promise<FanOutRow[]> {
  const server = startWorker("server");
  const subscribers = startWorker("subscribers");
  try {
    const ports = await server.call("start", { system });
    await subscribers.call("connect", { system, ...ports, count: SUBSCRIBERS });
    const rows: FanOutRow[] = [];
    for (const inFlight of IN_FLIGHT) {
      await server.call("begin", inFlight);
      await sleep(WARM_UP_MS);
      await subscribers.call("reset");
      const before = await server.call("spent");
      await sleep(measureMs);
      const after = await server.call("spent");
      const { published, completed } = await server.call("finish", FINISH_MS);
      const { latency, faults } = await subscribers.call("measured");
      const deliveries = (after.completed - before.completed) * SUBSCRIBERS;
      rows.push({
        system,
        inFlight,
        cpuUsPerDelivery: (after.cpuUs - before.cpuUs) / deliveries,
        deliveriesPerSecond: deliveries / ((after.atMs - before.atMs) / 1_000),
        p50Ms: latency.p50,
        p99Ms: latency.p99,
        ...withUnfinished(faults, published - completed),
      });
    }
    return rows;
  } finally {
    await Promise.all([server.end(), subscribers.end()]);
  }
}

/** A message that never became complete is missing at one subscriber at least. */
function withUnfinished(faults: Faults, unfinished: number): Faults {
  return { ...faults, lost: Math.max(faults.lost, unfinished) };
}

function rowsOf(measured: readonly FanOutRow[][], system: System, inFlight: number): FanOutRow[] {
  return measured.flatMap((rows) => rows.filter((row) => row.system === system && row.inFlight === inFlight));
}

function medianRow(measured: readonly FanOutRow[][], system: System, inFlight: number): FanOutRow {
  const rows = rowsOf(measured, system, inFlight);
  const middle = (of: (row: FanOutRow) => number) => median(rows.map(of));
  const worst = (of: (row: FanOutRow) => number) => Math.max(...rows.map(of));
  return {
    system,
    inFlight,
    cpuUsPerDelivery: middle((row) => row.cpuUsPerDelivery),
    deliveriesPerSecond: middle((row) => row.deliveriesPerSecond),
    p50Ms: middle((row) => row.p50Ms),
    p99Ms: middle((row) => row.p99Ms),
    lost: worst((row) => row.lost),
    doubled: worst((row) => row.doubled),
    reordered: worst((row) => row.reordered),
  };
}

function toRatio(measured: readonly FanOutRow[][], inFlight: number): FanOutRatio {
  const ours = rowsOf(measured, "attune", inFlight);
  const plain = rowsOf(measured, "socketio", inFlight);
  const over = (of: (row: FanOutRow) => number) =>
    median(ours.map((row, run) => of(row) / of(plain[run] as FanOutRow)));
  return { inFlight, cpu: over((row) => row.cpuUsPerDelivery), p99: over((row) => row.p99Ms) };
}
