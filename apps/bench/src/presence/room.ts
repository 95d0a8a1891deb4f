/** A channel with everybody on it: the processes behind it, and what they say together. */
import type { ClientSystem } from "../clients/client.js";
import { nowMs } from "../now.js";
import { sleep } from "../sleep.js";
import type { WorkerOf } from "../workers/roles.js";
import { startWorker, type Worker } from "../workers/worker.js";
import { CAST, MEMBERS, STAYING } from "./cast.js";
import type { News } from "./clients/presence-client.js";
import type { NewsCounts } from "./sightings.js";

type Group = Worker<WorkerOf<"presence">>;

/** When it was told of a member: a time for each client that was told. */
export interface SeenMs {
  readonly watchers: readonly number[];
  readonly crowd: readonly number[];
}

/** The room, to a measurement. */
export interface Room {
  readonly port: number;
  readonly lines: Group;
  readonly mortals: Group;
  readonly newcomer: Worker<WorkerOf<"newcomer">>;
  /** Resolves when every client shows so many members. */
  full(members: number): Promise<void>;
  /** Forgets what was seen so far. */
  reset(): Promise<void>;
  /** What all clients were told. */
  counts(): Promise<NewsCounts>;
  /** When those who stay were told this of each of these; waits until all were told of all, at most `withinMs`. */
  seen(news: News, members: readonly string[], withinMs: number): Promise<readonly SeenMs[]>;
  end(): Promise<unknown>;
}

const FILL_MS = 60_000;
const POLL_MS = 50;

/** Resolves when everybody is there and shows everybody. */
export async function openRoom(system: ClientSystem): Promise<Room> {
  const server = startWorker("server");
  const [watchers, crowd] = [startWorker("presence"), startWorker("presence")];
  const [lines, mortals] = [startWorker("presence"), startWorker("presence")];
  const groups = [watchers, crowd, lines, mortals];
  const newcomer = startWorker("newcomer");

  async function full(members: number): Promise<void> {
    const deadlineMs = nowMs() + FILL_MS;
    while ((await Promise.all(groups.map((group) => group.call("isFull", members)))).includes(false)) {
      if (nowMs() > deadlineMs) throw new Error(`Not everybody shows ${members} members after ${FILL_MS / 1_000} s.`);
      await sleep(POLL_MS);
    }
  }

  async function seenOf(news: News, member: string): Promise<SeenMs> {
    const [byWatchers, byCrowd] = await Promise.all([
      watchers.call("timesOf", { news, member }),
      crowd.call("timesOf", { news, member }),
    ]);
    return { watchers: byWatchers, crowd: byCrowd };
  }

  async function seen(news: News, members: readonly string[], withinMs: number): Promise<readonly SeenMs[]> {
    const deadlineMs = nowMs() + withinMs;
    for (;;) {
      const times = await Promise.all(members.map((member) => seenOf(news, member)));
      const isAll = times.every((each) => each.watchers.length + each.crowd.length >= STAYING);
      if (isAll || nowMs() > deadlineMs) return times;
      await sleep(POLL_MS);
    }
  }

  const end = () => Promise.all([server, ...groups, newcomer].map((worker) => worker.end()));
  try {
    const { port } = await server.call("start", { system });
    await watchers.call("connect", { system, port, names: CAST.watchers, isProxied: false });
    await crowd.call("connect", { system, port, names: CAST.crowd, isProxied: false });
    await lines.call("connect", { system, port, names: CAST.lines, isProxied: true });
    await mortals.call("connect", { system, port, names: CAST.mortals, isProxied: false });
    await full(MEMBERS);
    return {
      port,
      lines,
      mortals,
      newcomer,
      full,
      seen,
      end,
      async reset() {
        await Promise.all(groups.map((group) => group.call("reset")));
      },
      async counts() {
        const all = await Promise.all(groups.map((group) => group.call("counts")));
        const sum = (news: News) => all.reduce((total, counts) => total + counts[news], 0);
        return { join: sum("join"), leave: sum("leave"), update: sum("update") };
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
