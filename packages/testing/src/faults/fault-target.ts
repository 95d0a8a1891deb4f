/** Something that faults can be brought about in. */
import { RealtimeError } from "@attune/protocol";
import type { Fault } from "./fault.js";

/** Takes a lasting fault back. */
export type Lift = () => void | Promise<void>;

/** A proxy, a hub, a double, a browser: whatever can break on demand. */
export interface FaultTarget {
  /** Names it in errors. */
  readonly name: string;
  /** Why it cannot do this; `undefined` when it can. Asked for every fault before the first one strikes. */
  cannot(fault: Fault): string | undefined;
  /**
   * Brings a fault about.
   *
   * @param pick in [0, 1): which one of those there are is struck, where the fault is on `any`
   * @returns what takes it back, for a fault that lasts
   */
  strike(fault: Fault, pick: number): undefined | Lift | Promise<undefined | Lift>;
}

/**
 * Makes sure that a target can do all of this.
 *
 * @throws {RealtimeError} `unsupported`, with every fault that it cannot do and why
 */
export function assertCan(target: FaultTarget, faults: readonly Fault[]): void {
  const reasons = faults.flatMap((fault) => {
    const reason = target.cannot(fault);
    return reason === undefined ? [] : [`${JSON.stringify(fault)}: ${reason}`];
  });
  if (reasons.length === 0) return;
  const unique = [...new Set(reasons)];
  throw new RealtimeError("unsupported", `${target.name} cannot do what this scenario asks for. ${unique.join("; ")}`, {
    details: { faults: unique },
  });
}

/** One of those that could be struck, by a number in [0, 1). */
export function pickOne<T>(from: readonly T[], pick: number): T | undefined {
  return from[Math.min(from.length - 1, Math.floor(pick * from.length))];
}
