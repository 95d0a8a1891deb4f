/** Measures what is lost, doubled and reordered while connections are cut all the time. */
import type { ClientSystem } from "../clients/client.js";
import { startWorker } from "../workers/worker.js";

const SYSTEMS = ["attune", "socketio"] as const;
const SEEDS = [1, 2, 3] as const;
const PUBLISHES = 5_000;
const PACE_MS = 20;

/** One run. Counts are of deliveries, but for `acked` and `unsettled`: of publishes. */
export interface FaultRow {
  readonly system: ClientSystem;
  readonly seed: number;
  readonly published: number;
  readonly cuts: number;
  readonly lost: number;
  readonly lostPercent: number;
  readonly ackedLost: number;
  readonly doubled: number;
  readonly reordered: number;
  readonly acked: number;
  readonly unsettled: number;
  /** Declared to the app: messages that a client was told it missed. */
  readonly gaps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly drainMs: number;
}

/** The systems run side by side, each with processes of its own: they wait for connections most of the time. */
export async function measureFaults(log: (text: string) => void): Promise<readonly FaultRow[]> {
  const rows: FaultRow[] = [];
  for (const seed of SEEDS) {
    log(`faults: seed ${seed}, ${SYSTEMS.join(" and ")}`);
    rows.push(...(await Promise.all(SYSTEMS.map((system) => measureSoak(system, seed)))));
  }
  return rows;
}

async function measureSoak(system: ClientSystem, seed: number): Promise<FaultRow> {
  const server = startWorker("server");
  const clients = startWorker("soak");
  try {
    const { port } = await server.call("start", { system, lifted: { messagesPerMinute: 0 } });
    const options = { system, port, seed, publishes: PUBLISHES, paceMs: PACE_MS };
    const { verdict, cuts, p50Ms, p99Ms, drainMs } = await clients.call("soak", options);
    const { published, lost, ackedLost, doubled, reordered, acked, unsettled, gaps, delivered } = verdict;
    const lostPercent = (100 * lost) / (delivered + lost);
    const counts = { published, cuts, lost, lostPercent, ackedLost, doubled, reordered, acked, unsettled, gaps };
    return { system, seed, ...counts, p50Ms, p99Ms, drainMs };
  } finally {
    await Promise.all([server.end(), clients.end()]);
  }
}
