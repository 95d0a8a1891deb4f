/** When each connection is cut next: each at a time of its own. */
import type { Clock, Random } from "@attune/protocol";
import { between } from "../seeded-random.js";

/** How a connection ends. */
type End = "cut" | "reset";

/** Plans for connections that come and go. */
export interface CutPlan<T> {
  add(connection: T): void;
  remove(connection: T): void;
  /** Plans cuts for all connections, those that come later too. */
  start(minMs: number, maxMs: number, how: End | "either"): void;
  stop(): void;
}

/** Plans nothing before `start`. */
export function createCutPlan<T>(clock: Clock, random: Random, cut: (connection: T, how: End) => void): CutPlan<T> {
  const timers = new Map<T, (() => void) | undefined>();
  let draw: (() => { readonly afterMs: number; readonly how: End }) | undefined;

  function add(connection: T): void {
    const plan = draw?.();
    timers.set(connection, plan && clock.after(plan.afterMs, () => cut(connection, plan.how)));
  }

  return {
    add,
    remove(connection) {
      timers.get(connection)?.();
      timers.delete(connection);
    },
    start(minMs, maxMs, how) {
      draw = () => ({
        afterMs: between(random, minMs, maxMs),
        how: how === "either" ? (random() < 0.5 ? "reset" : "cut") : how,
      });
      for (const [connection, cancel] of timers) {
        cancel?.();
        add(connection);
      }
    },
    stop() {
      draw = undefined;
      for (const cancel of timers.values()) cancel?.();
    },
  };
}
