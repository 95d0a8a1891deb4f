/** Measures a room in which everybody moves a cursor all the time. */
import type { Options } from "../options.js";
import { nowMs } from "../now.js";
import { MOVES_PER_SECOND, type System } from "../servers/bench-server.js";
import { sleep, within } from "../sleep.js";
import { startWorker } from "../workers/worker.js";

const ROOM_SIZES = [50, 100, 300] as const;
const SYSTEMS = ["attune", "socketio"] as const;

/** Members who look at what they are sent; the others only read it, as one process cannot look for hundreds. */
const WATCHING = 20;
const WARM_UP_MS = 1_500;

/** A server that has so much to do that it does not even answer its parent in this time has failed the measurement. */
const ANSWER_MS = 2_000;

/** One room in one system. */
export interface CursorRow {
  readonly system: System;
  readonly members: number;
  /** Of one core; `null` when the server had no time to say. So are the others when the members had none. */
  readonly serverCpuPercent: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Cursors that one member was shown per second. */
  readonly seenPerSecond: number | null;
  /** Moves that were really made, of those that were due: less than 1 when the members' own process could not keep up. */
  readonly movesMade: number | null;
}

export async function measureCursors({ seconds }: Options, log: (text: string) => void): Promise<readonly CursorRow[]> {
  const rows: CursorRow[] = [];
  for (const members of ROOM_SIZES) {
    for (const system of SYSTEMS) {
      log(`cursors: ${members} members, ${system}`);
      rows.push(await measureRoom(system, members, 2 * seconds * 1_000));
    }
  }
  return rows;
}

async function measureRoom(system: System, members: number, measureMs: number): Promise<CursorRow> {
  const server = startWorker("server");
  const room = startWorker("members");
  try {
    const { port } = await server.call("start", { system });
    const watching = Math.min(WATCHING, members);
    await room.call("connect", { system, port, count: members, watching });
    await room.call("begin");
    await sleep(WARM_UP_MS);
    const before = await within(ANSWER_MS, server.call("spent"));
    await within(ANSWER_MS, room.call("reset"));
    const startedMs = nowMs();
    await sleep(measureMs);
    const measuredMs = nowMs() - startedMs;
    const after = before && (await within(ANSWER_MS, server.call("spent")));
    const seen = await within(ANSWER_MS, room.call("measured"));
    return {
      system,
      members,
      serverCpuPercent: after ? (after.cpuUs - before.cpuUs) / ((after.atMs - before.atMs) * 10) : null,
      p50Ms: seen ? seen.latency.p50 : null,
      p99Ms: seen ? seen.latency.p99 : null,
      seenPerSecond: seen ? seen.latency.count / watching / (measuredMs / 1_000) : null,
      movesMade: seen ? seen.moves / (members * MOVES_PER_SECOND * (measuredMs / 1_000)) : null,
    };
  } finally {
    await Promise.all([server.end(), room.end()]);
  }
}
