/** Writes a scenario step by step, for those who like their editor to lead them. */
import type { Fault, LastingFault } from "./fault.js";
import { type Scenario, scenario, type Span, type Step } from "./scenario.js";

/** How long it lasts, for those that do. */
type Lasting<F extends Fault> = F extends LastingFault ? readonly [lasts: { readonly for: Span }] : readonly [];

/** Steps, one after the other. Each call gives a longer scenario and leaves the one before as it was. */
export interface ScenarioBuilder {
  readonly steps: readonly Step[];
  /** Strikes once, so long after the end of the step before. */
  after<F extends Fault>(span: Span, fault: F, ...lasts: Lasting<F>): ScenarioBuilder;
  /** Strikes once, so long after the start, beside the others. */
  at<F extends Fault>(span: Span, fault: F, ...lasts: Lasting<F>): ScenarioBuilder;
  /** Strikes so often, with this before each strike. */
  every<F extends Fault>(span: Span, times: number, fault: F, ...lasts: Lasting<F>): ScenarioBuilder;
  /** Works it out. Default seed 1. */
  seeded(seed?: number): Scenario;
}

/**
 * Begins a scenario.
 *
 * @example
 * ```ts
 * import { buildScenario } from "@attune/testing";
 * const rough = buildScenario()
 *   .after(500, { fault: "half-open" }, { for: 8_000 })
 *   .every([100, 300], 50, { fault: "reset" })
 *   .seeded(7);
 * ```
 */
export function buildScenario(steps: readonly Step[] = []): ScenarioBuilder {
  const more = (fault: Fault, timing: object, [lasts]: readonly { readonly for: Span }[]): ScenarioBuilder =>
    // A fault and a timing are a step, by definition.
    buildScenario([...steps, { ...fault, ...timing, ...lasts } as Step]);
  return {
    steps,
    after: (after, fault, ...lasts) => more(fault, { after }, lasts),
    at: (at, fault, ...lasts) => more(fault, { at }, lasts),
    every: (every, times, fault, ...lasts) => more(fault, { every, times }, lasts),
    seeded: (seed = 1) => scenario(steps, { seed }),
  };
}
