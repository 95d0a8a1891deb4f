/** What the server core takes from the world: time, chance, ids, a later moment, and a place for errors. */
import type { Clock, MakeId, Random } from "@attune/protocol";

/**
 * The only door between the server core and the world. Everything that a run depends on comes through it, so that a
 * simulation with a virtual clock replays exactly.
 */
export interface ServerEnv {
  readonly clock: Clock;
  /**
   * Milliseconds since some moment, by a clock that nobody sets: silence is measured by it, for a server whose wall clock
   * is corrected by an hour must not take the living for dead, nor the dead for alive.
   */
  uptimeMs(): number;
  readonly random: Random;
  /** Session ids and resume keys are made of these: nobody may guess one. */
  readonly id: MakeId;
  /** Calls `run` once, after everything that this turn of the event loop still brings in. */
  defer(run: () => void): void;
  /** How late the event loop runs: the 99th percentile since it was last asked, in milliseconds. Absent where nothing measures it. */
  loopDelayMs?(): number;
  /** Takes an error of background work. `where` says what was being done. MUST NOT throw. */
  report(error: unknown, where: string): void;
}
