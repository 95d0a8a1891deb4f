/** The figures that the project promises of these runs, and whether they hold. Pure. */
import type { SoakRow } from "../verdict/row.js";

/** A figure: `value` is at most `limit`, or at least. */
export interface Promised {
  readonly name: string;
  readonly value: number | null;
  readonly limit: number;
  readonly isAtLeast: boolean;
  readonly holds: boolean;
}

const HOUR_OF_MB = 1_000_000;
/** In a shorter run the noise of the heap is larger than what is looked for. */
const SLOPE_MS = 540_000;
const LONG_MS = 600_000;

export function judgePromises(all: readonly SoakRow[]): readonly Promised[] {
  const promises: Promised[] = [];
  const promise = (name: string, value: number | undefined, limit: number, isAtLeast = false): void => {
    const holds = value !== undefined && (isAtLeast ? value >= limit : value <= limit);
    promises.push({ name, value: value ?? null, limit, isAtLeast, holds });
  };
  const ours = all.filter(({ system }) => system === "attune" || system === "attune-defaults");
  const of = (plan: string, isTuned?: boolean): readonly SoakRow[] =>
    ours.filter((row) => row.plan === plan && (!isTuned || row.system === "attune"));
  const most = (rows: readonly SoakRow[], value: (row: SoakRow) => number): number => Math.max(...rows.map(value));
  const least = (rows: readonly SoakRow[], value: (row: SoakRow) => number): number => Math.min(...rows.map(value));

  if (ours.length > 0) {
    promise(
      "all: lost, acked but lost, doubled, reordered, unsettled",
      most(
        ours,
        ({ verdict: { lost, ackedLost, doubled, reordered, unsettled } }) =>
          lost + ackedLost + doubled + reordered + unsettled,
      ),
      0,
    );
    promise(
      "all: gaps told where the log was whole",
      most(ours, ({ falseGaps }) => falseGaps),
      0,
    );
  }
  const cuts = of("cuts", true);
  if (cuts.length > 0) {
    promise(
      "R1: drain in ms",
      most(cuts, ({ drainMs }) => drainMs),
      2_000,
    );
    promise(
      "R1: delivery p50 in ms",
      most(cuts, ({ latencies }) => latencies.delivery.p50Ms),
      3,
    );
    promise(
      "R1: delivery p99 in ms",
      most(cuts, ({ latencies }) => latencies.delivery.p99Ms),
      100,
    );
  }
  const restarts = of("restarts");
  if (restarts.length > 0) {
    promise(
      "R3: resumed without a gap, in %",
      least(restarts, ({ resumedPercent }) => resumedPercent),
      99.9,
      true,
    );
    promise(
      "R3: errors shown to the app by a drain",
      most(restarts, ({ toldInDrains }) => toldInDrains),
      0,
    );
  }
  const clocks = of("clocks");
  if (clocks.length > 0) {
    promise(
      "R16: attempts in one second after waking",
      most(clocks, ({ attemptsAfterWaking }) => attemptsAfterWaking),
      1,
    );
  }
  const everything = of("everything");
  if (everything.length > 0) {
    promise(
      "R13: ghosts, flickers, views that differ",
      most(everything, ({ verdict }) => verdict.ghosts + verdict.flickers + verdict.unconverged),
      0,
    );
    promise(
      "R13: publishes acked, in %",
      least(everything, ({ ackedPercent }) => ackedPercent),
      99.9,
      true,
    );
    const long = everything.filter(({ lastsMs }) => lastsMs >= LONG_MS);
    if (long.length > 0) {
      promise(
        "R13: connection faults",
        least(long, ({ faults }) => faults.lines),
        2_000,
        true,
      );
      promise(
        "R13: server restarts",
        least(long, ({ faults }) => faults.kills + faults.drains),
        20,
        true,
      );
    }
    const slopes = everything.filter(({ lastsMs }) => lastsMs >= SLOPE_MS).flatMap(({ heapSlope }) => heapSlope ?? []);
    if (slopes.length > 0) promise("R13: heap slope of clients, in MB an hour", Math.max(...slopes) / HOUR_OF_MB, 0.5);
  }
  return promises;
}
