/** Makes a schedule from a seed: a few kinds of faults, often, rather than all of them now and then. */
import { seededRandom } from "@attune/testing";
import { CLIENT_FAULTS, SERVER_FAULTS } from "./actions.js";
import type { ClientFault, Deed, Fault, FaultName, Schedule, Step } from "./actions.js";

/** The channels that everybody is on at first. */
export const CHANNELS = ["presence:room:1", "private:doc:1"] as const;

/** How many steps a schedule has. */
export const STEPS = 56;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Of ten steps, how many are faults, and what the rest is made of. */
const FAULT_SHARE = 0.35;
const DEEDS: readonly Deed["do"][] = [
  ...Array<Deed["do"]>(12).fill("publish"),
  "backend-publish",
  "join",
  "join",
  "leave",
  "state",
  "state",
  "signal",
  "type",
  "connect",
  "disconnect",
  "history",
];

const TEARING: readonly FaultName[] = ["cut", "cut", "half-open", "delay"];

/** How long a fault lasts at least and at most, in milliseconds. */
const DURATIONS: Partial<Record<FaultName, readonly [number, number]>> = {
  "half-open": [200, 12_000],
  "loses-up": [200, 12_000],
  "loses-down": [200, 12_000],
  stall: [100, 9_000],
  delay: [100, 3_000],
  slow: [200, 3_000],
  offline: [50, 8_000],
  hide: [100, 30_000],
  freeze: [100, 12_000],
  sleep: [100, 60_000],
  "slow-token": [500, 5_000],
  "short-token": [500, 8_000],
  crash: [0, 4_000],
  "power-cut": [0, 4_000],
  "server-kill": [0, 3_000],
  "server-power-cut": [0, 3_000],
  "server-drain": [0, 2_000],
  partition: [200, 12_000],
};

/** The schedule of a seed. */
export function makeSchedule(seed: number): Schedule {
  const random = seededRandom(seed);
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const users = pick([
    ["ann", "bob"],
    ["ann", "bob", "cat"],
    ["ann", "ann", "bob"],
  ]);
  const isDurable = random() < 0.7;
  const server = { isDurable, commitMs: pick([0, 0, 5, 40]), history: pick([1_000, 1_000, 1_000, 15]) };
  const all: readonly FaultName[] = [...CLIENT_FAULTS, ...SERVER_FAULTS];
  // With long messages a join takes several pieces, and it is when it is torn between two of them that it shows.
  const messageChars = random() < 0.1 ? 25_000 : 0;
  const kinds = [...Array.from({ length: between(1, 8) }, () => pick(all)), ...(messageChars ? TEARING : [])];
  const paceMs = pick([20, 80, 300, 1_000]);

  function fault(name: FaultName): Fault {
    const [low, high] = DURATIONS[name] ?? [0, 0];
    // Short ones are as likely as long ones, whatever the range.
    const forMs = high === 0 ? 0 : Math.round(low + (high - low) * random() ** 2);
    return { do: "fault", fault: name, client: between(0, users.length - 1), forMs, amount: amountOf(name) };
  }

  function amountOf(name: FaultName): number {
    if (name === "clock-jump") return pick([-DAY_MS, -HOUR_MS, -5_000, 5_000, HOUR_MS]);
    if (name === "server-clock-step") return pick([-HOUR_MS, -5_000, 5_000, HOUR_MS]);
    // A write is tried five times: with fewer errors than that, nothing is refused.
    return between(1, name === "write-error" ? 3 : 5);
  }

  function deed(): Deed {
    const kind = pick(DEEDS);
    const client = between(0, users.length - 1);
    const channel = pick(CHANNELS);
    if (kind === "publish") return { do: kind, client, channel, count: random() < 0.15 ? between(2, 12) : 1 };
    if (kind === "backend-publish") return { do: kind, channel };
    if (kind === "join" || kind === "leave") return { do: kind, client, channel };
    return { do: kind, client };
  }

  const steps = Array.from({ length: STEPS }, (): Step => {
    const afterMs = Math.round(2 * paceMs * random());
    return { afterMs, action: random() < FAULT_SHARE ? fault(pick(kinds)) : deed() };
  });
  return {
    seed,
    users,
    server,
    steps,
    messageChars,
    keepsOutbox: random() < 0.5,
    tokenLifeMs: pick([0, 0, 3_000, 20_000]),
  };
}

/** Whether a fault is one client's own. */
export function isClientFault(name: FaultName): name is ClientFault {
  return (CLIENT_FAULTS as readonly string[]).includes(name);
}
