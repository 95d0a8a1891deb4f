/** Everything that a run of the benchmark found out: what `--json` prints. */
import type { Machine } from "./machine.js";
import type { Measured } from "./measured.js";
import type { Target } from "./targets.js";

/** A run. */
export interface BenchResult extends Measured {
  readonly machine: Machine;
  readonly targets: readonly Target[];
  /** Parts that failed, and why. */
  readonly errors: readonly string[];
}
