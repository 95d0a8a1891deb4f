/** Durable brokers in a folder of the test's own, on a machine that can be rebooted, killed and filled up. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRealtimeError, type RealtimeError } from "@attune/protocol";
import { afterEach, beforeEach } from "vitest";
import {
  type DurableBroker,
  type DurableBrokerOptions,
  openDurableBroker,
} from "../../src/broker/durable/durable-broker.js";
import { loadLibsql, type OpenDatabase } from "../../src/broker/durable/open-database.js";
import type { AppendResult, BrokerNode, LogPage, ServerEnv } from "../../src/core.js";
import { turningEnv } from "./broker-worlds.js";
import { ManualClock } from "./manual-clock.js";

export const A = "public:a";

export const openLibsql: OpenDatabase = await loadLibsql();

/** What a test has to itself. */
export interface DurableKit {
  readonly folder: string;
  readonly clock: ManualClock;
  readonly reported: { error: unknown; where: string }[];
  readonly opened: DurableBroker[];
  readonly env: ServerEnv;
}

export let kit: DurableKit;

beforeEach(() => {
  const clock = new ManualClock();
  const reported: DurableKit["reported"] = [];
  const folder = mkdtempSync(join(tmpdir(), "attune-durable-"));
  kit = { folder, clock, reported, opened: [], env: turningEnv(clock, reported) };
});

afterEach(async () => {
  for (const broker of kit.opened) await broker.close();
  rmSync(kit.folder, { recursive: true, force: true });
});

/** Opens a broker, by default in the folder's `data`. */
export function open(
  options: Partial<DurableBrokerOptions> = {},
  { boot = "boot-1", open: how = openLibsql }: { readonly boot?: string; readonly open?: OpenDatabase } = {},
): DurableBroker {
  const path = join(kit.folder, "data");
  const broker = openDurableBroker({ path, env: kit.env, ...options }, { boot, open: how });
  kit.opened.push(broker);
  return broker;
}

/** What opening, or reading, says when it fails. */
export function refusal(run: () => unknown): RealtimeError {
  try {
    run();
  } catch (error) {
    if (isRealtimeError(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

export async function append(node: BrokerNode, sequence: number, channel: string = A): Promise<AppendResult> {
  const id = `ada:p:${sequence}`;
  const link = { owner: "ada", producer: "p", sequence, previous: sequence - 1 };
  return node.append(channel, { id, timestampMs: kit.clock.now(), tail: `,"${id}"]`, link });
}

export async function fill(node: BrokerNode, count: number): Promise<void> {
  for (let sequence = 1; sequence <= count; sequence++) await append(node, sequence);
}

export function pageOf(node: BrokerNode, channel: string = A): LogPage {
  return node.read(channel, { after: 0, limit: 10_000 }) as LogPage;
}

/** What is left when the process is killed now. */
export function killedCopy(name: string): string {
  const path = join(kit.folder, name);
  cpSync(join(kit.folder, "data"), path, { recursive: true });
  return path;
}
