/** What goes wrong in a soak, and when: worked out from a seed. */
import { between, type Direction, type Fault, scenario, type Scenario, seededRandom, type Step } from "@attune/testing";

/** What a soak is about. */
export type PlanName = "cuts" | "restarts" | "clocks" | "everything";

const HOUR_MS = 3_600_000;
/** Room for the last faults to end in. */
const START_MS = 500;

type Random = () => number;
type Range = readonly [min: number, max: number];

/** Faults one after the other, with pauses between, each beside whatever else goes wrong. */
function lane(random: Random, lastsMs: number, pauseMs: Range, make: (index: number) => Fault, forMs?: Range): Step[] {
  const steps: Step[] = [];
  let atMs = START_MS + between(random, 0, pauseMs[1] / 2);
  while (true) {
    const fault = make(steps.length);
    const spanMs = forMs ? between(random, ...forMs) : 0;
    if (atMs + spanMs > lastsMs) return steps;
    // A fault with a time, and a length where it has one, is a step.
    steps.push({ ...fault, at: Math.round(atMs), ...(forMs ? { for: Math.round(spanMs) } : {}) } as Step);
    atMs += spanMs + between(random, ...pauseMs);
  }
}

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const WAYS: readonly Direction[] = ["up", "down", "both"];

const PLANS: Readonly<Record<PlanName, (random: Random, lastsMs: number) => Step[]>> = {
  /** R1: some 1,600 RST and FIN in 50 s, and nothing else. */
  cuts: (random, lastsMs) =>
    lane(random, lastsMs, [12, 50], () => ({ fault: pick(random, ["reset", "cut"]), on: "any" })),
  /** R3: five kills, five drains, and a server that stands still, each followed by time to come back. */
  restarts(random, lastsMs) {
    const unitMs = lastsMs / 12;
    const restarts = Array.from({ length: 10 }, (_, index) => ({
      fault: "restart" as const,
      how: index % 2 === 0 ? ("kill" as const) : ("drain" as const),
      at: Math.round(unitMs * (index * 0.95 + 0.2 + between(random, 0, 0.3))),
    }));
    return [
      ...restarts,
      { fault: "freeze", at: Math.round(unitMs * 9.9), for: Math.min(10_000, Math.round(unitMs * 2)) },
    ];
  },
  /** R16: clients asleep, and the server's clock an hour forth and back. Two clients are a day off throughout. */
  clocks: (random, lastsMs) => [
    ...lane(random, lastsMs, [3_000, 8_000], () => ({ fault: "freeze", on: "sleepers" }), [lastsMs / 12, lastsMs / 5]),
    ...steps(lastsMs / 4, lastsMs),
  ],
  /** R13: all of it. Not `corrupt`: no protocol over TCP without checksums of its own could tell another letter in a text. */
  everything: (random, lastsMs) => [
    ...lane(random, lastsMs, [60, 300], () => ({ fault: pick(random, ["reset", "cut"]), on: "any" })),
    ...lane(random, lastsMs, [1_000, 5_000], () => ({ fault: "half-open", direction: pick(random, WAYS), on: "any" }), [
      500,
      Math.min(12_000, lastsMs / 3),
    ]),
    ...lane(
      random,
      lastsMs,
      [1_000, 5_000],
      () => ({ fault: "pause", direction: pick(random, WAYS), on: "any" }),
      [200, 4_000],
    ),
    ...lane(
      random,
      lastsMs,
      [500, 3_000],
      () => ({ fault: "delay", ms: Math.round(between(random, 20, 200)), jitterMs: 50, on: "any" }),
      [1_000, 4_000],
    ),
    ...lane(
      random,
      lastsMs,
      [1_000, 5_000],
      () => ({ fault: "slow", bytesPerSecond: Math.round(between(random, 2_000, 20_000)), on: "any" }),
      [1_000, 4_000],
    ),
    ...lane(random, lastsMs, [2_000, 8_000], () => ({ fault: "refuse", on: "any" }), [300, 2_000]),
    ...lane(random, lastsMs, [2_000, 8_000], () => ({ fault: "hang", on: "any" }), [300, 2_000]),
    ...lane(random, lastsMs, [Math.min(18_000, lastsMs / 4), Math.min(25_000, lastsMs / 3)], (index) => ({
      fault: "restart",
      how: index % 2 === 0 ? "kill" : "drain",
    })),
    ...lane(
      random,
      lastsMs,
      [Math.min(100_000, lastsMs / 3), Math.min(200_000, lastsMs)],
      () => ({ fault: "freeze" }),
      [Math.min(10_000, lastsMs / 8), Math.min(10_001, lastsMs / 8 + 1)],
    ),
    ...lane(
      random,
      lastsMs,
      [Math.min(20_000, lastsMs / 4), Math.min(60_000, lastsMs / 2)],
      () => ({ fault: "freeze", on: "sleepers" }),
      [Math.min(3_000, lastsMs / 10), Math.min(30_000, lastsMs / 4)],
    ),
    ...lane(random, lastsMs, [Math.min(20_000, lastsMs / 4), Math.min(40_000, lastsMs / 2)], () => ({
      fault: "restart",
      on: "mortals",
    })),
    ...steps(Math.min(60_000, lastsMs / 4), lastsMs),
  ],
};

/** The server's clock, set forth and back in turn. */
function steps(everyMs: number, lastsMs: number): Step[] {
  return Array.from({ length: Math.floor(lastsMs / everyMs) - 1 }, (_, index) => ({
    fault: "step-clock" as const,
    ms: index % 2 === 0 ? HOUR_MS : -HOUR_MS,
    at: Math.round(everyMs * (index + 1)),
  }));
}

/** Works a plan out. The same plan, length and seed give the same faults at the same times, on the same clients. */
export function planOf(name: PlanName, lastsMs: number, seed: number): Scenario {
  return scenario(PLANS[name](seededRandom(seed), lastsMs), { seed });
}
