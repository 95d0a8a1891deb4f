/** The broker whose logs outlive the process: for one node, in a directory of its own. */
import { RealtimeError } from "@attune/protocol";
import { bootId } from "../../env/boot.js";
import { nodeEnv } from "../../env/node-env.js";
import type { ServerEnv } from "../../env/server-env.js";
import type { Broker } from "../broker.js";
import { type ChainBounds, DEFAULT_CHAINS } from "../chain-link.js";
import { DEFAULT_HISTORY, type HistoryBounds } from "../history-bounds.js";
import type { LocalNode } from "../local-node.js";
import { DEFAULT_STATES, type StateBounds } from "../state-link.js";
import { DurableLog } from "./durable-log.js";
import { DurableNode } from "./durable-node.js";
import { DurableStore } from "./durable-store.js";
import { loadLibsql, type OpenDatabase } from "./open-database.js";
import type { Sync } from "./tail-proof.js";

/** Options of {@link createDurableBroker}. */
export interface DurableBrokerOptions {
  /** A directory that no other process uses. It is made when it is not there. */
  readonly path: string;
  /** What an acknowledgement promises. `process` (default): it outlives a killed process. `full`: a machine without power, too; each group waits for the disk. */
  readonly sync?: Sync;
  /** How much of each log is kept. */
  readonly history?: Partial<HistoryBounds>;
  /** How long repeats are recognised. */
  readonly dedupe?: Partial<ChainBounds>;
  /** How much shared state is kept. */
  readonly states?: Partial<StateBounds>;
  /** How many channels' ends are remembered. Default 1,000,000, some 100 bytes each; past it, a channel that is long unused begins a new epoch. */
  readonly ends?: number;
  /** Time, the id of the epoch, and a place for errors that no caller can be told. Default: Node's. */
  readonly env?: Pick<ServerEnv, "clock" | "uptimeMs" | "id" | "defer" | "report">;
}

/** A broker that must be closed. */
export interface DurableBroker extends Broker {
  /** Writes what waits, and lets other processes open the directory. Close the server first. */
  close(): Promise<void>;
}

/** What tests put in the place of the machine. */
export interface Machine {
  /** Which boot it is. */
  readonly boot: string;
  readonly open: OpenDatabase;
}

/**
 * Opens a broker that keeps its logs in a directory, by the package `libsql`.
 *
 * What it promises: an acknowledged message is on disk until the history's bounds let it go. After a restart, also after
 * `kill -9`, clients go on where they were, in the same epoch, and what they send again is recognised. Where it cannot
 * prove that the end of the log is still there, a new epoch begins and every client is told of a gap.
 *
 * @throws (rejects) {RealtimeError} `storage-failed` when the directory cannot be used now (full, locked by another process,
 * no right to write, libsql missing), `storage-corrupt` when it never can (damaged, another format); `details.reason` says which
 * @example
 * ```ts
 * import { createRealtimeServer } from "@attune/server";
 * import { createDurableBroker } from "@attune/server/durable";
 * const broker = await createDurableBroker({ path: "./data" });
 * const server = createRealtimeServer({ broker });
 * await server.close();
 * await broker.close();
 * ```
 */
export async function createDurableBroker(options: DurableBrokerOptions): Promise<DurableBroker> {
  return openDurableBroker(options, { boot: bootId(), open: await loadLibsql() });
}

/** {@link createDurableBroker} on a machine of the caller's. */
export function openDurableBroker(options: DurableBrokerOptions, machine: Machine): DurableBroker {
  const { path, sync = "process", history, dedupe, states, ends = 1_000_000, env = nodeEnv } = options;
  const nodes = new Set<LocalNode>();
  const log = new DurableLog({
    path,
    sync,
    history: { ...DEFAULT_HISTORY, ...history },
    dedupe: { ...DEFAULT_CHAINS, ...dedupe },
    states: { ...DEFAULT_STATES, ...states },
    ends,
    makeEpoch: env.id,
    isOpen: (channel) => [...nodes].some((node) => node.listenerOf(channel)),
    ...machine,
  });
  if (log.doubt !== undefined) env.report(newEpoch(path, log.doubt), "opening the durable broker");
  const store = new DurableStore(log, nodes, env);
  return {
    connect: () => new DurableNode(store),
    close: async () => store.close(),
  };
}

function newEpoch(path: string, doubt: string): RealtimeError {
  return new RealtimeError("storage-corrupt", `The end of the log in "${path}" cannot be proved: ${doubt}.`, {
    hint: 'Nothing: a new epoch began, and clients are told of a gap. sync: "full" outlives a loss of power.',
    details: { reason: "unproved" },
  });
}
