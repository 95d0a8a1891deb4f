/** Everything that a run of the benchmark found out: what `--json` prints. */
import type { Machine } from "./machine.js";
import type { Measured } from "./measured.js";
import { judgeTargets, type Target } from "./targets.js";

/** A run. */
export interface BenchResult extends Measured {
  readonly machine: Machine;
  /** What was asked for. */
  readonly command: string;
  readonly targets: readonly Target[];
  /** Parts that failed, and why. */
  readonly errors: readonly string[];
}

/** A run as one run of each of its parts, so that each can be kept, and made anew, without the others. Parts that failed are left out. */
export function byPart(result: BenchResult): readonly (readonly [part: string, own: BenchResult])[] {
  const { machine, command, targets: _targets, errors: _errors, ...measured } = result;
  return Object.entries(measured).map(([part, found]) => {
    const own: Measured = { [part]: found };
    return [part, { machine, command, ...own, targets: judgeTargets(own), errors: [] }];
  });
}
