/** What the project promises of these numbers, and whether it holds. */
import { MEMBERS } from "../presence/cast.js";
import { GHOST_MS, type Gone } from "../presence/gone.js";
import type { Measured } from "./measured.js";

/** A promise: `value` is at most `limit`. */
export interface Target {
  readonly name: string;
  /** `null` when it could not be measured. */
  readonly value: number | null;
  readonly limit: number;
  readonly holds: boolean;
}

export function judgeTargets({ fanOut, cursors, presence }: Measured): readonly Target[] {
  const targets: Target[] = [];
  const promise = (name: string, value: number | null | undefined, limit: number) =>
    targets.push({ name, value: value ?? null, limit, holds: typeof value === "number" && value <= limit });

  if (fanOut) {
    const at = (inFlight: number) => fanOut.ratios.find((ratio) => ratio.inFlight === inFlight);
    const own = fanOut.rows.filter(({ system }) => system === "attune");
    promise("fan-out, 8 in flight: server CPU over plain Socket.IO", at(8)?.cpu, 0.25);
    promise("fan-out, 8 in flight: p99 over plain Socket.IO", at(8)?.p99, 1);
    promise("fan-out, 1 in flight: server CPU over plain Socket.IO", at(1)?.cpu, 1.1);
    promise("fan-out: lost, doubled or reordered", sum(own.map((row) => row.lost + row.doubled + row.reordered)), 0);
  }
  if (cursors) {
    const largest = cursors.filter(({ system }) => system === "attune").at(-1);
    promise(`cursors, ${largest?.members} members: p99 in ms`, largest?.p99Ms, 100);
    promise(`cursors, ${largest?.members} members: server CPU in % of a core`, largest?.serverCpuPercent, 100);
  }
  if (presence) {
    const own = presence.find(({ system }) => system === "attune");
    const told = own && own.flaps.told;
    const gone = own && [own.killed, own.silent];
    promise(`presence, ${MEMBERS} members: a join seen, p99 in ms`, own?.newcomers.joinSeen.byWatchers.p99, 500);
    promise(`presence, ${MEMBERS} members: a leave seen, p99 in ms`, own?.newcomers.leaveSeen.byWatchers.p99, 500);
    promise("presence: comings and goings that somebody was not told", own?.newcomers.missed, 0);
    promise(`presence, ${own?.flaps.flaps} flaps: told to anybody`, told && told.join + told.leave + told.update, 0);
    promise("presence, killed or silent: gone for everybody, in ms", gone && slowest(gone), GHOST_MS);
    promise("presence, killed or silent: ghosts", gone && sum(gone.map(({ ghosts }) => ghosts)), 0);
  }
  return targets;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** `null` when somebody was never seen to leave. */
function slowest(gone: readonly Gone[]): number | null {
  const times = gone.map(({ maxMs, forGood }) => (forGood > 0 ? null : maxMs));
  return times.includes(null) ? null : Math.max(...times.map(Number));
}
