/** Measures how long one message takes from one client to another when nothing else is going on. */
import type { ClientSystem } from "../clients/client.js";
import type { Options } from "../options.js";
import { median, type Percentiles } from "../samples.js";
import { startWorker } from "../workers/worker.js";

const SYSTEMS = ["attune", "socketio"] as const;
const WARM_UP_MESSAGES = 2_000;
const MESSAGES = 200;
const MAX_RUNS = 3;

/** One system. */
export interface LatencyRow {
  readonly system: ClientSystem;
  readonly messages: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Alternates the systems; medians of the runs. */
export async function measureLatency(options: Options, log: (text: string) => void): Promise<readonly LatencyRow[]> {
  const runs = Math.min(options.runs, MAX_RUNS);
  const measured = { attune: [] as Percentiles[], socketio: [] as Percentiles[] };
  for (let run = 0; run < runs; run++) {
    for (const system of SYSTEMS) {
      log(`latency: run ${run + 1} of ${runs}, ${system}`);
      measured[system].push(await measurePair(system));
    }
  }
  return SYSTEMS.map((system) => ({
    system,
    messages: MESSAGES,
    p50Ms: median(measured[system].map(({ p50 }) => p50)),
    p99Ms: median(measured[system].map(({ p99 }) => p99)),
  }));
}

async function measurePair(system: ClientSystem): Promise<Percentiles> {
  const server = startWorker("server");
  const pair = startWorker("pair");
  try {
    const { port } = await server.call("start", { system, lifted: { messagesPerMinute: 0 } });
    await pair.call("connect", { system, port });
    await pair.call("warmUp", WARM_UP_MESSAGES);
    return await pair.call("measure", MESSAGES);
  } finally {
    await Promise.all([server.end(), pair.end()]);
  }
}
