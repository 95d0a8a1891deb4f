/** A host that writes down what a driver says, and nothing else. */
import type { Driver, DriverConnection, DriverHost, IncomingMessage } from "@attune/core/driver";
import type { Clock } from "@attune/protocol";
import type { ManualClock } from "../src/index.js";

type Said = {
  [K in keyof DriverHost]: DriverHost[K] extends (...args: infer A) => void ? readonly [K, ...A] : never;
}[keyof DriverHost];

export interface Recording {
  readonly connection: DriverConnection;
  /** Everything that was said, but for `traffic`. */
  readonly said: Said[];
  /** How often there was a sign of life. */
  readonly signsOfLife: number;
  all<N extends Said[0]>(name: N): Extract<Said, readonly [N, ...unknown[]]>[];
  last<N extends Said[0]>(name: N): Extract<Said, readonly [N, ...unknown[]]> | undefined;
  messages(channel: string): IncomingMessage[];
}

/** Connects a driver to a host that records. */
export function record(driver: Driver, clock: Clock, auth: DriverHost["auth"] = async () => undefined): Recording {
  const said: Said[] = [];
  let signsOfLife = 0;
  const write =
    (name: string) =>
    (...args: unknown[]) => {
      said.push([name, ...args] as unknown as Said);
    };
  const all = <N extends Said[0]>(name: N) =>
    said.filter(([said]) => said === name) as Extract<Said, readonly [N, ...unknown[]]>[];
  const connection = driver.connect({
    clock,
    random: () => 0,
    isVisible: true,
    auth,
    opened: write("opened"),
    closed: write("closed"),
    transport: write("transport"),
    traffic: () => {
      signsOfLife += 1;
    },
    attached: write("attached"),
    messages: write("messages"),
    presence: write("presence"),
    signals: write("signals"),
    state: write("state"),
    live: write("live"),
    detached: write("detached"),
  });
  return {
    connection,
    said,
    get signsOfLife() {
      return signsOfLife;
    },
    all,
    last: (name) => all(name).at(-1),
    messages: (channel) => all("messages").flatMap(([, on, messages]) => (on === channel ? messages : [])),
  };
}

/** Connects, and waits until that came to something. */
export async function open(driver: Driver, clock: ManualClock, auth?: DriverHost["auth"]): Promise<Recording> {
  const recording = record(driver, clock, auth);
  await clock.advance(0);
  return recording;
}
