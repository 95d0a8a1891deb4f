/** What the project promises of these numbers, and whether it holds. */
import type { Measured } from "./measured.js";

/** A promise: `value` is at most `limit`. */
export interface Target {
  readonly name: string;
  /** `null` when it could not be measured. */
  readonly value: number | null;
  readonly limit: number;
  readonly holds: boolean;
}

export function judgeTargets({ fanOut, cursors }: Measured): readonly Target[] {
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
  return targets;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
