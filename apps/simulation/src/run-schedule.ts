/** Runs one schedule from start to verdict. */
import { checkHistory } from "@attune/testing";
import type { HistoryEvent } from "@attune/testing";
import type { FaultName, Schedule } from "./schedule/actions.js";
import { App, ROOM } from "./schedule/app.js";
import { stateOf } from "./schedule/client-state.js";
import type { ClientState } from "./schedule/client-state.js";
import { CHANNELS, isClientFault, makeSchedule } from "./schedule/make-schedule.js";
import { strike } from "./schedule/strike.js";
import type { Stage } from "./schedule/strike.js";
import { judgeEnd } from "./verdict/judge-end.js";
import { PresenceWatch } from "./verdict/presence-watch.js";
import type { Violation } from "./verdict/violation.js";
import { ClientDisk } from "./world/client-disk.js";
import { SimulatedClient } from "./world/simulated-client.js";
import { SimulatedServer } from "./world/simulated-server.js";
import { createWorld } from "./world/world.js";
import type { Timeline } from "./world/world.js";

/** What a run came to. */
export interface RunResult {
  readonly violations: readonly Violation[];
  readonly history: readonly HistoryEvent[];
  /** Which faults struck whom in which state. */
  readonly hits: readonly (readonly [FaultName, ClientState])[];
  readonly published: number;
  readonly delivered: number;
  readonly gaps: number;
}

/** After everything is mended: time for a dead connection to be noticed, everybody to come back, and a
 * restarted server to settle. */
const QUIET_MS = 40_000;
/** The same when a page was hidden while something happened to it: 50 s are promised. */
const HIDDEN_QUIET_MS = 60_000;

const PROMISED_ALWAYS = ["doubled", "reordered", "unsettled", "unexpected"] as const;
const PROMISED_OF_A_LOG = [...PROMISED_ALWAYS, "lost", "ackedLost"] as const;

/** Runs the schedule of a seed, or one that is given. */
export async function runSchedule(
  seed: number,
  timeline?: Timeline,
  schedule: Schedule = makeSchedule(seed),
): Promise<RunResult> {
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const world = createWorld(seed, timeline);
  const server = new SimulatedServer(world, schedule.server, onError);
  const isClockSet = schedule.steps.some(({ action }) => action.do === "fault" && action.fault === "clock-jump");
  const clients = schedule.users.map(
    (userId, index) =>
      new SimulatedClient(
        world,
        server,
        {
          name: `c${index}`,
          userId,
          isClockSet,
          tokenLifeMs: schedule.tokenLifeMs,
          disk: schedule.keepsOutbox ? new ClientDisk(world) : undefined,
        },
        onError,
      ),
  );
  const watch = new PresenceWatch(world, clients, ROOM);
  const app = new App(world, server, watch, schedule.messageChars);
  const hits: (readonly [FaultName, ClientState])[] = [];
  const stage: Stage = {
    world,
    server,
    clients,
    crashed: (client) => {
      app.crashed(client);
      watch.look();
    },
    restarted: (client) => app.start(client, CHANNELS),
    sentAway: (userId) => watch.sentAway(userId),
  };
  for (const client of clients) app.start(client, CHANNELS);

  for (const { afterMs, action } of schedule.steps) {
    await world.time.advance(afterMs);
    if (action.do === "fault") {
      const struck = isClientFault(action.fault) ? [clients[action.client] as SimulatedClient] : clients;
      for (const client of struck) if (!client.isDown) hits.push([action.fault, stateOf(client)]);
      strike(stage, action);
    } else app.do("client" in action ? clients[action.client] : undefined, action);
    watch.look();
  }
  await world.time.advance(mend(stage));
  const { history } = app;
  const violations = [...app.violations, ...(await judgeEnd(stage, app, watch))];
  for (const error of errors) violations.push({ promise: "error", how: String((error as Error).message) });
  // A log that was lost is told as a gap to everybody, and no order holds across it: what was stored, and not known to be
  // by its publisher, is stored anew behind what others got before.
  const verdict = checkHistory(history, { order: server.hasForgotten ? "publisher-between-gaps" : "total" });
  const promised = server.hasForgotten ? PROMISED_ALWAYS : PROMISED_OF_A_LOG;
  for (const fault of promised) {
    for (const how of verdict.examples[fault]) violations.push({ promise: fault, how });
  }
  return { violations, history, hits, published: verdict.published, delivered: verdict.delivered, gaps: verdict.gaps };
}

/** Mends everything. @returns how long it may take until nothing of it can be seen any more */
function mend({ world, server, clients }: Stage): number {
  world.trace?.("world", "everything is mended");
  let quietMs = QUIET_MS;
  server.start();
  server.failWrites(0);
  for (const client of clients) {
    if (client.wasHidden) quietMs = HIDDEN_QUIET_MS;
    client.mend();
  }
  return quietMs;
}
