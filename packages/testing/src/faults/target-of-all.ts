/** Several targets as one, so that one scenario breaks the line, the page and the provider. */
import type { FaultTarget } from "./fault-target.js";

/**
 * Makes one target of several: each fault goes to the first that can do it.
 *
 * @example
 * ```ts
 * import { type FaultTarget, targetOfAll } from "@attune/testing";
 * declare const proxy: FaultTarget, browser: FaultTarget;
 * const both = targetOfAll(proxy, browser);
 * ```
 */
export function targetOfAll(...targets: readonly FaultTarget[]): FaultTarget {
  return {
    name: targets.map(({ name }) => name).join(" or "),
    cannot(fault) {
      const reasons = targets.map((target) => target.cannot(fault));
      return reasons.includes(undefined) ? undefined : reasons.join("; ");
    },
    strike: (fault, pick) => targets.find((target) => target.cannot(fault) === undefined)?.strike(fault, pick),
  };
}
