/** When each connection is cut next: each at a time of its own. */
import type { Random } from "@attune/protocol";
import { between } from "../seeded-random.js";
import type { CutKind } from "./proxied-connection.js";

/** Plans for connections that come and go. */
export interface CutPlan<T> {
  add(connection: T): void;
  remove(connection: T): void;
  /** Plans cuts for all connections, those that come later too. */
  start(minMs: number, maxMs: number, how: CutKind | "either"): void;
  stop(): void;
}

/** Plans nothing before `start`. */
export function createCutPlan<T>(random: Random, cut: (connection: T, how: CutKind) => void): CutPlan<T> {
  const timers = new Map<T, NodeJS.Timeout | undefined>();
  let draw: (() => { readonly afterMs: number; readonly how: CutKind }) | undefined;

  function add(connection: T): void {
    const plan = draw?.();
    timers.set(connection, plan && setTimeout(() => cut(connection, plan.how), plan.afterMs));
  }

  return {
    add,
    remove(connection) {
      clearTimeout(timers.get(connection));
      timers.delete(connection);
    },
    start(minMs, maxMs, how) {
      draw = () => ({
        afterMs: between(random, minMs, maxMs),
        how: how === "either" ? (random() < 0.5 ? "rst" : "fin") : how,
      });
      for (const [connection, timer] of timers) {
        clearTimeout(timer);
        add(connection);
      }
    },
    stop() {
      draw = undefined;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
