/** What can be done to the connections of a proxy, by method and by the words of a scenario. */
import type { Direction, Fault } from "../faults/fault.js";
import { type Lift, pickOne } from "../faults/fault-target.js";
import type { FaultProxy, ProxyEvent, Which } from "./fault-proxy.js";
import type { ProxiedConnection } from "./proxied-connection.js";
import { NO_TROUBLE, type Trouble, type Troubles } from "./trouble.js";

/** What a proxy holds, and what is wrong with it. */
export interface LineState {
  readonly held: Map<number, ProxiedConnection>;
  /** What new connections start with. */
  readonly everybody: Troubles;
  entry: "open" | "refused" | "hung";
  note(what: ProxyEvent["what"], more?: Pick<ProxyEvent, "connection" | "fault">): void;
}

type LineFaults = Omit<
  FaultProxy,
  "name" | "cannot" | "port" | "log" | "connections" | "accepted" | "cutEvery" | "close"
>;

const CAN: readonly Fault["fault"][] = [
  "cut",
  "reset",
  "half-open",
  "pause",
  "delay",
  "slow",
  "corrupt",
  "refuse",
  "hang",
];

/** Why a proxy cannot do a fault. */
export function cannotOnALine({ fault, on }: Fault): string | undefined {
  if (!CAN.includes(fault)) return "a TCP proxy sees bytes, not messages; it can do " + CAN.join(", ");
  const isNewcomers = fault === "refuse" || fault === "hang";
  if (isNewcomers && on !== undefined) return "who is refused is not known before: leave `on` out";
  const isKnown = on === undefined || on === "any" || typeof on === "number";
  return isKnown ? undefined : 'a proxy knows connections by number: `on` is a number, or "any"';
}

/** Makes them. */
export function createLineFaults(state: LineState): LineFaults {
  const those = (connection?: number): readonly ProxiedConnection[] =>
    [...state.held.values()].filter(({ number }) => connection === undefined || number === connection);

  function trouble(direction: Direction, { connection }: Which, change: Partial<Trouble>): void {
    const troubles = [
      ...(connection === undefined ? [state.everybody] : []),
      ...those(connection).map((each) => each.troubles),
    ];
    for (const { up, down } of troubles) {
      if (direction !== "down") Object.assign(up, change);
      if (direction !== "up") Object.assign(down, change);
    }
    for (const each of those(connection)) each.refresh();
  }

  function note(fault: Fault, { connection }: Which): void {
    state.note(fault.fault, { fault, ...(connection === undefined ? {} : { connection }) });
  }

  async function end(how: "cut" | "reset", which: Which): Promise<void> {
    const struck = those(which.connection);
    for (const each of struck) {
      note({ fault: how }, { connection: each.number });
      each.end(how);
    }
    await Promise.all(struck.map(({ closed }) => closed));
  }

  /** A stream that lost bytes cannot go on: TCP would never deliver what follows the hole. */
  async function mend(which: Which): Promise<void> {
    const broken = those(which.connection).filter(({ isWhole }) => !isWhole);
    for (const each of broken) each.end("reset");
    await Promise.all(broken.map(({ closed }) => closed));
  }

  const faults: Omit<LineFaults, "strike"> = {
    cut: (which = {}) => end("cut", which),
    reset: (which = {}) => end("reset", which),
    async halfOpen(direction = "both", which = {}) {
      note({ fault: "half-open", direction }, which);
      trouble(direction, which, { isSwallowing: true });
    },
    async pause(direction = "both", which = {}) {
      note({ fault: "pause", direction }, which);
      trouble(direction, which, { isPaused: true });
    },
    async resume(which = {}) {
      state.note("resume", which);
      trouble("both", which, { isPaused: false });
    },
    async delay(ms, { jitterMs = 0, direction = "both", ...which } = {}) {
      note({ fault: "delay", ms, jitterMs, direction }, which);
      trouble(direction, which, { delayMs: ms, jitterMs });
    },
    async limit(bytesPerSecond, { direction = "both", ...which } = {}) {
      note({ fault: "slow", bytesPerSecond, direction }, which);
      trouble(direction, which, { bytesPerSecond });
    },
    async corrupt({ rate = 0, bytes = 0, direction = "both", ...which }) {
      note({ fault: "corrupt", rate, bytes, direction }, which);
      trouble(direction, which, { corruptRate: rate, corruptBytes: bytes });
    },
    async refuse() {
      note({ fault: "refuse" }, {});
      state.entry = "refused";
    },
    async hang() {
      note({ fault: "hang" }, {});
      state.entry = "hung";
    },
    async accept() {
      state.note("accept");
      state.entry = "open";
    },
    async heal(which = {}) {
      state.note("heal", which);
      if (which.connection === undefined) state.entry = "open";
      trouble("both", which, NO_TROUBLE);
      await mend(which);
    },
  };

  return {
    ...faults,
    async strike(fault, pick) {
      const which = whichOf(fault, pick, [...state.held.keys()]);
      if (which === undefined) return undefined;
      await begin(faults, fault, which);
      const back = takenBack(fault);
      if (!back) return undefined;
      const lift: Lift = async () => {
        state.note("heal", { ...which, fault });
        if (back.opensEntry) state.entry = "open";
        trouble(("direction" in fault && fault.direction) || "both", which, back.trouble);
        if (back.mends) await mend(which);
      };
      return lift;
    },
  };
}

/** Whom it strikes; nobody, when there is nobody to draw. */
function whichOf({ on }: Fault, pick: number, numbers: readonly number[]): Which | undefined {
  if (on === undefined) return {};
  if (typeof on === "number") return { connection: on };
  const connection = pickOne(numbers, pick);
  return connection === undefined ? undefined : { connection };
}

function begin(proxy: Omit<LineFaults, "strike">, fault: Fault, which: Which): Promise<void> {
  switch (fault.fault) {
    case "cut":
      return proxy.cut(which);
    case "half-open":
      return proxy.halfOpen(fault.direction, which);
    case "pause":
      return proxy.pause(fault.direction, which);
    case "delay":
      return proxy.delay(fault.ms, { ...fault, ...which });
    case "slow":
      return proxy.limit(fault.bytesPerSecond, { ...fault, ...which });
    case "corrupt":
      return proxy.corrupt({ ...fault, ...which });
    case "refuse":
      return proxy.refuse();
    case "hang":
      return proxy.hang();
    default:
      return proxy.reset(which);
  }
}

interface TakenBack {
  readonly trouble: Partial<Trouble>;
  /** Whether connections may have lost something for good. */
  readonly mends?: true;
  readonly opensEntry?: true;
}

function takenBack({ fault }: Fault): TakenBack | undefined {
  switch (fault) {
    case "half-open":
      return { trouble: { isSwallowing: false }, mends: true };
    case "pause":
      return { trouble: { isPaused: false } };
    case "delay":
      return { trouble: { delayMs: 0, jitterMs: 0 } };
    case "slow":
      return { trouble: { bytesPerSecond: Number.POSITIVE_INFINITY } };
    case "corrupt":
      return { trouble: { corruptRate: 0, corruptBytes: 0 } };
    case "refuse":
      return { trouble: {}, opensEntry: true };
    case "hang":
      return { trouble: {}, opensEntry: true, mends: true };
    default:
      return undefined;
  }
}
