/** What goes wrong, and when: steps as plain data, worked out into a schedule by a seed. */
import { type Random, RealtimeError } from "@attune/protocol";
import { between, seededRandom } from "../seeded-random.js";
import { type Fault, isLasting } from "./fault.js";

/** Milliseconds, or a range to draw from. */
export type Span = number | readonly [minMs: number, maxMs: number];

/** When a step strikes, and for how long. */
export type Timing = (
  | {
      /** Milliseconds from the end of the step before it, or from the start. */
      readonly after: Span;
    }
  | {
      /** Milliseconds from the start of the scenario: it runs beside the others. */
      readonly at: Span;
    }
  | {
      /** Strikes again and again, with this between two strikes and before the first one. */
      readonly every: Span;
      /** How often. */
      readonly times: number;
    }
) & {
  /** How long a fault lasts: needed by those that do, and by no others. */
  readonly for?: Span;
};

/** One step of a scenario. */
export type Step = Fault & Timing;

/** A moment of a schedule. */
export interface Moment {
  /** Milliseconds from the start. */
  readonly atMs: number;
  readonly do: "strike" | "lift";
  /** 1 for the first strike. Its lift has the same number. */
  readonly strike: number;
  readonly fault: Fault;
  /** In [0, 1): who is struck, where the fault is on `any`. */
  readonly pick: number;
}

/** Steps and a seed, worked out. */
export interface Scenario {
  readonly seed: number;
  /** Everything that will happen, in order. The same steps and seed give the same schedule, on every machine. */
  readonly schedule: readonly Moment[];
  /** How long it takes. */
  readonly lastsMs: number;
}

/**
 * Works a scenario out. Pure: nothing happens before it is played.
 *
 * Steps come one after the other, each from where the one before it ended, but for those with `at`, which run beside them.
 *
 * @param seed of every chance in it. Default 1; print it when a test fails
 * @throws {RealtimeError} `invalid-option` for a fault that lasts and has no `for`, one that does not and has, and times that are none
 * @example
 * ```ts
 * import { scenario } from "@attune/testing";
 * const rough = scenario(
 *   [
 *     { after: 500, fault: "half-open", for: 8_000 },
 *     { every: [100, 300], times: 50, fault: "reset" },
 *     { at: 0, fault: "delay", ms: 40, jitterMs: 20, for: 10_000 },
 *   ],
 *   { seed: 7 },
 * );
 * rough.schedule.length; // 54: two that last, each with its end, and fifty resets
 * ```
 */
export function scenario(steps: readonly Step[], { seed = 1 }: { readonly seed?: number } = {}): Scenario {
  const random = seededRandom(seed);
  const moments: Moment[] = [];
  let strike = 0;
  let endMs = 0;

  function add(fault: Fault, atMs: number, lasts: Span | undefined): number {
    strike += 1;
    const common = { strike, fault, pick: random() };
    moments.push({ atMs, do: "strike", ...common });
    if (lasts === undefined) return atMs;
    const liftedMs = atMs + draw(random, lasts);
    moments.push({ atMs: liftedMs, do: "lift", ...common });
    return liftedMs;
  }

  for (const step of steps) {
    const { fault, timing } = parted(step);
    if ("at" in timing) add(fault, draw(random, timing.at), timing.for);
    else if ("after" in timing) endMs = add(fault, endMs + draw(random, timing.after), timing.for);
    else
      for (let time = 0; time < timing.times; time++)
        endMs = add(fault, endMs + draw(random, timing.every), timing.for);
  }
  // What ends at a moment ends before what begins then; otherwise, as written.
  const rank = ({ do: what }: Moment): number => (what === "lift" ? 0 : 1);
  const schedule = moments.sort((a, b) => a.atMs - b.atMs || rank(a) - rank(b) || a.strike - b.strike);
  return { seed, schedule, lastsMs: schedule.at(-1)?.atMs ?? 0 };
}

/** A step without its timing is a fault. */
function parted(step: Step): { readonly fault: Fault; readonly timing: Timing } {
  const {
    after,
    at,
    every,
    times,
    for: lasts,
    ...fault
  } = step as Step &
    Record<"after" | "at" | "every", Span> & {
      readonly times: number;
    };
  const spans = [after, at, every].filter((span) => span !== undefined);
  if (spans.length !== 1) throw invalid(step, "it needs one of `after`, `at` and `every`");
  if (every !== undefined && !(Number.isInteger(times) && times > 0))
    throw invalid(step, "`every` needs `times`, a whole number from 1");
  if (every === undefined && times !== undefined) throw invalid(step, "`times` goes with `every`");
  if (isLasting(fault as Fault) && lasts === undefined)
    throw invalid(step, `\`${step.fault}\` lasts, so it needs \`for\``);
  if (!isLasting(fault as Fault) && lasts !== undefined)
    throw invalid(step, `\`${step.fault}\` is over at once, so it takes no \`for\``);
  for (const span of [...spans, ...(lasts === undefined ? [] : [lasts])]) {
    const [min, max] = typeof span === "number" ? [span, span] : span;
    if (!(min >= 0 && max >= min && max < Infinity)) throw invalid(step, `${JSON.stringify(span)} is no time`);
  }
  if ([lasts].flat().includes(0)) throw invalid(step, "what lasts no time would end before it begins");
  const given = Object.entries({ after, at, every, times, for: lasts }).filter(([, value]) => value !== undefined);
  return { fault: fault as Fault, timing: Object.fromEntries(given) as unknown as Timing };
}

/** Whole milliseconds, so that a schedule reads well and survives its text. */
function draw(random: Random, span: Span): number {
  return typeof span === "number" ? span : Math.round(between(random, span[0], span[1]));
}

function invalid(step: Step, why: string): RealtimeError {
  return new RealtimeError(
    "invalid-option",
    `This step of a scenario cannot be played: ${why}. ${JSON.stringify(step)}`,
  );
}
