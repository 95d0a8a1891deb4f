/** Runs one system through one plan: starts everything, lets it go wrong, waits until all is quiet, and gathers what was written down. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatScenario, play, targetOfAll } from "@attune/testing";
import { nowMs } from "../../now.js";
import { sleep, within } from "../../sleep.js";
import type { GroupState } from "../../workers/soak-clients-worker.js";
import { castOf, type Group, skewOf } from "../plan/cast.js";
import { type PlanName, planOf } from "../plan/plan.js";
import { SYSTEMS, type SystemName } from "../system.js";
import { type GroupProcess, startGroup } from "./group-process.js";
import { type JournalEvent, readJournals } from "./journal.js";
import { type Lines, lineTarget, openLines } from "./line-target.js";
import { processTarget, type Replaceable } from "./process-target.js";
import { type ServerProcess, startServerProcess } from "./server-process.js";
import { SERVER, type Trouble, TroubleLog } from "./trouble-log.js";

/** What to run. */
export interface SoakOptions {
  readonly system: SystemName;
  readonly plan: PlanName;
  readonly seed: number;
  readonly lastsMs: number;
  readonly clients: number;
  /** Between two publishes of one client. */
  readonly paceMs: number;
  /** How long everybody looks on when all is quiet. */
  readonly quietMs: number;
  /** Where what was written down is kept. */
  readonly folder: string;
}

/** Bytes in use after a collection, at a moment. */
export interface HeapSample {
  readonly atMs: number;
  readonly bytes: number;
}

/** All that is known of a run. */
export interface SoakRecord {
  readonly options: SoakOptions;
  readonly groups: readonly Group[];
  readonly events: readonly JournalEvent[];
  readonly troubles: readonly Trouble[];
  /** When connections came to a client's proxy. */
  readonly attempts: ReadonlyMap<string, readonly number[]>;
  /** When the last publish was made, and the last fault was taken back. */
  readonly stoppedMs: number;
  readonly endedMs: number;
  /** Whether all clients were live, and every publish settled, at the end. */
  readonly isSettled: boolean;
  readonly heap: { readonly clients: readonly HeapSample[]; readonly server: readonly HeapSample[] };
  /** What the server reported of itself. */
  readonly serverErrors: readonly string[];
}

const START_MS = 20_000;
const HEAP_EVERY_MS = 15_000;
/** Ours settles everything, and is given the time of its longest backoff; others are done when nothing happens any more. */
const MAX_DRAIN_MS = 70_000;
const SILENCE_MS = 1_500;
const POLL_MS = 25;
const ASK_MS = 2_000;

/** What runs while a soak does. */
interface Stage {
  readonly options: SoakOptions;
  readonly server: ServerProcess;
  readonly lines: Lines;
  readonly groups: readonly GroupProcess[];
  readonly log: TroubleLog;
  isPublishing: boolean;
}

export async function runSoak(options: SoakOptions): Promise<SoakRecord> {
  const stage = await setStage(options);
  try {
    return await perform(stage);
  } finally {
    await Promise.all([...stage.groups, stage.server].map(({ worker }) => worker.end()));
    await Promise.all([...stage.lines.values()].map(({ proxy }) => proxy.close()));
  }
}

async function setStage(options: SoakOptions): Promise<Stage> {
  const { system, plan, seed, clients, paceMs, folder } = options;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const server = await startServerProcess(system, join(folder, "log"));
  const cast = castOf(clients, plan === "everything" || plan === "clocks");
  const proxied = cast.filter(({ isDirect }) => !isDirect).flatMap((group) => group.clients);
  const lines = await openLines(proxied, server.port, seed);
  const groups: GroupProcess[] = [];
  const stage: Stage = { options, server, lines, groups, log: new TroubleLog(), isPublishing: false };
  for (const group of cast) {
    const placed = group.clients.map((name) => ({
      name,
      port: lines.get(name)?.proxy.port ?? server.port,
      skewMs: plan === "cuts" ? 0 : skewOf(name),
    }));
    const setting = { system, group, clients: placed, paceMs, isPublishing: () => stage.isPublishing };
    const fileOf = (life: number) => join(folder, `${group.name}-${life}.jsonl`);
    groups.push(await startGroup({ ...setting, fileOf }));
  }
  return stage;
}

async function perform(stage: Stage): Promise<SoakRecord> {
  const { options, server, lines, groups, log } = stage;
  const { plan, seed, lastsMs, paceMs, quietMs, folder } = options;
  await untilAll(groups, START_MS, ({ isLive }) => isLive);
  const planned = planOf(plan, lastsMs, seed);
  writeFileSync(join(folder, "scenario.jsonl"), formatScenario(planned));
  const ofProcesses = processTarget(
    new Map<string, Replaceable>([[SERVER, server], ...groups.map((each) => [each.group.name, each] as const)]),
    log,
  );
  stage.isPublishing = true;
  const startedMs = nowMs();
  await Promise.all(groups.map(({ worker }) => worker.call("begin", paceMs)));
  const heap = sampleHeap(stage);
  const playing = play(planned, targetOfAll(lineTarget(lines, log), ofProcesses));
  await playing.finished;
  await sleep(Math.max(0, startedMs + lastsMs - nowMs()));
  stage.isPublishing = false;
  await ofProcesses.settled();
  heap.stop();
  await Promise.all(groups.map(({ worker }) => worker.call("stop")));
  const stoppedMs = nowMs();
  const isSettled = await drained(stage);
  if (quietMs > 0) await endMortals(stage);
  await sleep(quietMs);
  const endedMs = nowMs();
  const serverErrors = (await within(ASK_MS, server.worker.call("errors"))) ?? [];
  const alive = groups.filter(({ group }) => !group.isMortal || quietMs === 0);
  await Promise.all(alive.map(({ worker }) => worker.call("finish")));
  const attempts = new Map([...lines].map(([client, line]) => [client, line.attemptsMs()]));
  return {
    options,
    groups: groups.map(({ group }) => group),
    events: readJournals(groups.flatMap(({ files }) => files)),
    troubles: log.all,
    attempts,
    stoppedMs,
    endedMs,
    isSettled,
    heap: heap.samples,
    serverErrors,
  };
}

/** Asks every process that answers, until the answer is the wanted one of all. */
async function untilAll(
  groups: readonly GroupProcess[],
  withinMs: number,
  isSo: (state: GroupState) => boolean,
): Promise<boolean> {
  const deadlineMs = nowMs() + withinMs;
  while (nowMs() < deadlineMs) {
    const states = await Promise.all(groups.map(({ worker }) => stateOf(worker)));
    if (states.every((state) => state && isSo(state))) return true;
    await sleep(POLL_MS);
  }
  return false;
}

/** One that was killed or is frozen has none. */
function stateOf(worker: GroupProcess["worker"]): Promise<GroupState | undefined> {
  return within(ASK_MS, worker.call("state")).catch(() => undefined);
}

/** Waits until everything is settled and nothing comes any more. */
async function drained({ options, groups }: Stage): Promise<boolean> {
  const isOurs = SYSTEMS[options.system].isOurs;
  const isSettled =
    isOurs && (await untilAll(groups, MAX_DRAIN_MS, ({ isLive, unsettled }) => isLive && unsettled === 0));
  let last = "";
  for (let sinceMs = nowMs(); nowMs() - sinceMs < SILENCE_MS; await sleep(POLL_MS)) {
    const states = await Promise.all(groups.map(({ worker }) => stateOf(worker)));
    const now = JSON.stringify(states);
    if (now !== last) sinceMs = nowMs();
    last = now;
  }
  return isSettled || !isOurs;
}

/** Some are killed for good, so that in the quiet it can be seen whether their ghosts go. */
async function endMortals({ groups, log }: Stage): Promise<void> {
  for (const { group, worker } of groups) {
    if (!group.isMortal) continue;
    // Their last words must have been heard: nobody says them again.
    log.begin({ fault: "restart" }, group.name);
    await worker.end();
  }
}

interface Sampling {
  readonly samples: SoakRecord["heap"];
  stop(): void;
}

/** Only of the long form: collecting takes time, which latencies would show. */
function sampleHeap({ options, groups, server }: Stage): Sampling {
  const samples = { clients: [] as HeapSample[], server: [] as HeapSample[] };
  if (options.plan !== "everything") return { samples, stop() {} };
  const crowd = groups[0]?.worker;
  const take = async (into: HeapSample[], asked: Promise<number> | undefined): Promise<void> => {
    const bytes = asked && (await within(ASK_MS, asked).catch(() => undefined));
    if (bytes !== undefined) into.push({ atMs: nowMs(), bytes });
  };
  const timer = setInterval(() => {
    void take(samples.clients, crowd?.call("heap"));
    void take(samples.server, server.worker.call("heap"));
  }, HEAP_EVERY_MS);
  return { samples, stop: () => clearInterval(timer) };
}
