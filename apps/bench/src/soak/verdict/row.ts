/** What one run came to: a row of the tables, and what in it broke a promise. Pure. */
import { checkHistory, type HistoryEvent, type HistoryVerdict } from "@attune/testing";
import type { PlanName } from "../plan/plan.js";
import type { JournalEvent } from "../run/journal.js";
import type { HeapSample, SoakRecord } from "../run/run-soak.js";
import { SERVER } from "../run/trouble-log.js";
import { SYSTEMS, type SystemName } from "../system.js";
import { absencesIn } from "./absences.js";
import { diedIn, historyOf } from "./history-of.js";
import { latenciesOf, type Latencies } from "./latency.js";

/** A run, in numbers. */
export interface SoakRow {
  readonly system: SystemName;
  readonly plan: PlanName;
  readonly seed: number;
  readonly lastsMs: number;
  readonly verdict: HistoryVerdict;
  readonly faults: FaultCounts;
  readonly latencies: Latencies;
  /** Publishes whose publisher was killed before it could be told. */
  readonly died: number;
  /** Of the others. */
  readonly ackedPercent: number;
  readonly lostPercent: number;
  /** Rejected publishes by code. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly drainMs: number;
  readonly reconnects: number;
  /** Gaps that a client was told of though the log went back far enough. */
  readonly falseGaps: number;
  /** Of reconnects, without such a gap. */
  readonly resumedPercent: number;
  /** What apps were told had failed, but for rejected publishes; and of that, while the server was drained. */
  readonly told: readonly string[];
  readonly toldInDrains: number;
  /** The most connections that one client tried in any second of the ten after it woke. */
  readonly attemptsAfterWaking: number;
  /** Of the process with most of the clients, in bytes an hour; the server has many lives in a run. */
  readonly heapSlope: number | undefined;
  /** Of the server, in bytes: the least and the most after a collection. */
  readonly serverHeap: readonly [number, number] | undefined;
  /** Broken promises, in words; only ours has promises. */
  readonly violations: readonly string[];
}

/** How much went wrong. */
export interface FaultCounts {
  /** On connections, of all kinds. */
  readonly lines: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly drains: number;
}

/** Publishes may be refused for these reasons, each of them an option's. */
const DECLARED: readonly string[] = ["overflow", "expired"];
/** A leave is judged by two processes' clocks and notice; this is what they may differ by. */
const GRACE_MS = 4_500;
const SETTLE_MS = 5_000;
const WAKING_MS = 10_000;

/** @returns the row, and the history that it was made from */
export function judge(record: SoakRecord): { readonly row: SoakRow; readonly history: readonly HistoryEvent[] } {
  const { options, events } = record;
  const { isOurs } = SYSTEMS[options.system];
  const history = historyOf(record);
  const hasPresence = isOurs && options.quietMs > 0;
  const verdict = checkHistory(hasPresence ? history : history.filter(isAboutMessages), {
    presence: { graceMs: GRACE_MS, settleMs: SETTLE_MS },
  });
  const told = events.filter((event): event is Told => event.type === "told");
  const rejected = count(told.flatMap(({ what }) => (what.startsWith("rejected: ") ? [what.slice(10)] : [])));
  const errors = told.filter(({ what }) => !what.startsWith("rejected: "));
  const died = diedIn(record);
  const reconnects = events.filter(({ type }) => type === "reconnected").length;
  const lastMs = events.reduce(
    (latest, { type, atMs }) => (MESSAGES.includes(type) ? Math.max(latest, atMs) : latest),
    0,
  );
  const falseGaps = falseGapsIn(record);
  const row: Omit<SoakRow, "violations"> = {
    system: options.system,
    plan: options.plan,
    seed: options.seed,
    lastsMs: options.lastsMs,
    verdict,
    faults: faultsIn(record),
    latencies: latenciesOf(record),
    died,
    ackedPercent: percent(verdict.acked, verdict.published - died),
    lostPercent: percent(verdict.lost, verdict.lost + verdict.delivered),
    rejected,
    drainMs: Math.max(0, lastMs - record.stoppedMs),
    reconnects,
    falseGaps,
    resumedPercent: percent(reconnects - falseGaps, reconnects),
    told: errors.map(({ client, what }) => `${client}: ${what}`),
    toldInDrains: errors.filter(({ atMs }) => isInDrain(record, atMs)).length,
    attemptsAfterWaking: attemptsAfterWaking(record),
    heapSlope: slopeOf(record.heap.clients),
    serverHeap: rangeOf(record.heap.server),
  };
  return { row: { ...row, violations: isOurs ? violationsOf(row, record) : [] }, history };
}

type Told = JournalEvent & { readonly type: "told" };
const MESSAGES: readonly string[] = ["published", "acked", "failed", "delivered"];

function isAboutMessages({ type }: HistoryEvent): boolean {
  return MESSAGES.includes(type) || type === "joined" || type === "left" || type === "gap";
}

function violationsOf(row: Omit<SoakRow, "violations">, record: SoakRecord): string[] {
  const { verdict, rejected, resumedPercent, falseGaps } = row;
  const faults = [
    "lost",
    "ackedLost",
    "doubled",
    "reordered",
    "unsettled",
    "unexpected",
    "ghosts",
    "flickers",
    "unconverged",
  ] as const;
  const rejections = Object.values(rejected).reduce((sum, each) => sum + each, 0);
  const undeclared = Object.keys(rejected).filter((code) => !DECLARED.includes(code));
  return [
    ...faults.flatMap((fault) =>
      verdict[fault] > 0 ? [`${fault}: ${verdict[fault]} (${verdict.examples[fault].slice(0, 3).join("; ")})`] : [],
    ),
    ...(falseGaps > 0
      ? [`gaps told where the log was whole: ${falseGaps}; resumed ${resumedPercent.toFixed(3)} %`]
      : []),
    ...undeclared.map((code) => `publishes rejected by no declared policy: ${rejected[code]} with "${code}"`),
    ...(rejections !== verdict.failed - row.died
      ? [
          `publishes failed ${verdict.failed} times, ${row.died} of them with their publisher, and ${rejections} were told why`,
        ]
      : []),
    ...(row.toldInDrains > 0 ? [`errors shown to the app by a drain: ${row.toldInDrains}`] : []),
    ...(row.plan === "clocks" && row.attemptsAfterWaking > 1
      ? [`attempts in one second after waking: ${row.attemptsAfterWaking}`]
      : []),
    ...(record.isSettled ? [] : ["after the last fault not every client came back, or not every publish was settled"]),
    ...record.serverErrors.map((error) => `the server reported: ${error}`),
  ];
}

/** What the server keeps of a log by default, less what a burst may add. */
const KEPT_MESSAGES = 900;

/** The server keeps 1,000 messages, and for ten minutes, unless it is told otherwise. */
function falseGapsIn(record: SoakRecord): number {
  const { isTuned } = SYSTEMS[record.options.system];
  const forgets = startsUnderALaterClock(record);
  const absences = absencesIn(record);
  // What was written long before may be stored at once when many come back: a message counts from its ack.
  const storedMs = record.events.filter(({ type }) => type === "acked").map(({ atMs }) => atMs);
  const isTrue = (client: string, atMs: number): boolean => {
    const sinceMs = (absences.get(client) ?? []).filter(({ fromMs }) => fromMs <= atMs).at(-1)?.fromMs ?? atMs;
    const missed = storedMs.filter((each) => sinceMs <= each && each <= atMs).length;
    const isForgotten = forgets.some((startMs) => sinceMs <= startMs && startMs <= atMs);
    return !isTuned && (missed > KEPT_MESSAGES || isForgotten);
  };
  return record.events.filter((event) => event.type === "gap" && !isTrue(event.subscriber, event.atMs)).length;
}

/** A server that starts under a clock that was set forward takes what the one before it wrote for that much older. */
function startsUnderALaterClock({ troubles }: SoakRecord): readonly number[] {
  let clockMs = 0;
  let lifeMs = 0;
  const starts: number[] = [];
  const changes = troubles.flatMap(({ fault, whom, fromMs, untilMs }) => {
    if (fault.fault === "step-clock") return { atMs: fromMs, byMs: fault.ms };
    return whom === SERVER && fault.fault === "restart" ? { atMs: untilMs, byMs: undefined } : [];
  });
  for (const { atMs, byMs } of changes.sort((one, other) => (one.atMs < other.atMs ? -1 : 1))) {
    clockMs += byMs ?? 0;
    if (byMs !== undefined) continue;
    if (clockMs > lifeMs) starts.push(atMs);
    lifeMs = clockMs;
  }
  return starts;
}

function faultsIn({ troubles }: SoakRecord): FaultCounts {
  const onServer = troubles.filter(({ whom, fault }) => whom === SERVER && fault.fault === "restart");
  const isDrain = ({ fault }: (typeof troubles)[number]): boolean => "how" in fault && fault.how === "drain";
  return {
    lines: troubles.filter(({ fault }) => fault.on === "any").length,
    byKind: count(troubles.map(({ fault, whom }) => (fault.on === "any" ? fault.fault : `${fault.fault} of ${whom}`))),
    kills: onServer.filter((trouble) => !isDrain(trouble)).length,
    drains: onServer.filter(isDrain).length,
  };
}

const COMING_BACK_MS = 2_000;

/** Until all are back: what a drain shows comes then. */
function isInDrain({ troubles }: SoakRecord, atMs: number): boolean {
  return troubles.some(
    ({ whom, fault, fromMs, untilMs }) =>
      whom === SERVER && "how" in fault && fault.how === "drain" && fromMs <= atMs && atMs <= untilMs + COMING_BACK_MS,
  );
}

function attemptsAfterWaking({ troubles, groups, attempts }: SoakRecord): number {
  const wakings = troubles.flatMap(({ fault, whom, untilMs }) =>
    fault.fault === "freeze" && whom !== SERVER
      ? (groups.find(({ name }) => name === whom)?.clients ?? []).map((client) => ({ client, untilMs }))
      : [],
  );
  const most = wakings.map(({ client, untilMs }) => {
    const after = (attempts.get(client) ?? []).filter((atMs) => atMs >= untilMs && atMs <= untilMs + WAKING_MS);
    return Math.max(
      0,
      ...after.map((fromMs) => after.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1_000).length),
    );
  });
  return Math.max(0, ...most);
}

/** Bytes an hour, by least squares over the last three quarters; `undefined` for fewer than eight samples. */
function slopeOf(samples: readonly HeapSample[]): number | undefined {
  const counted = samples.slice(Math.ceil(samples.length / 4));
  if (samples.length < 8) return undefined;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanMs = mean(counted.map(({ atMs }) => atMs));
  const meanBytes = mean(counted.map(({ bytes }) => bytes));
  const rise = counted.reduce((sum, { atMs, bytes }) => sum + (atMs - meanMs) * (bytes - meanBytes), 0);
  return (3_600_000 * rise) / counted.reduce((sum, { atMs }) => sum + (atMs - meanMs) ** 2, 0);
}

function rangeOf(samples: readonly HeapSample[]): readonly [number, number] | undefined {
  const bytes = samples.map((sample) => sample.bytes);
  return bytes.length === 0 ? undefined : [Math.min(...bytes), Math.max(...bytes)];
}

function percent(part: number, of: number): number {
  return of === 0 ? 100 : (100 * part) / of;
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
