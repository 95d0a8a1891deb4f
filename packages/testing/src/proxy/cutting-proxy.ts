/** A TCP proxy that breaks connections on request, to put between a client and a server under test. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Random } from "@attune/protocol";
import { seededRandom } from "../seeded-random.js";
import { createCutPlan } from "./cut-plan.js";
import {
  type CutKind,
  type Direction,
  leadOn,
  type ProxiedConnection,
  type ProxyTarget,
} from "./proxied-connection.js";

/** How to make a proxy. */
export interface CuttingProxyOptions {
  /** Where connections lead. */
  readonly target: ProxyTarget;
  /** Draws the times of `cutEvery`. Default `seededRandom(1)`: the same in every run. */
  readonly random?: Random;
}

/** Something that the proxy did to a connection, or to all of them. */
export interface ProxyFault {
  /** Milliseconds since the proxy started. */
  readonly atMs: number;
  readonly fault: CutKind | "stalled" | "resumed" | "refused";
  /** 1 for the first connection that came; absent when all were struck. */
  readonly connection?: number;
}

/** The proxy, as a test sees it. Faults last until they are taken back, and strike new connections too, but for `cut`. */
export interface CuttingProxy {
  readonly port: number;
  /** How many connections are open just now. */
  readonly connections: number;
  /** How many there have ever been. */
  readonly accepted: number;
  /** What was done, oldest first. */
  readonly log: readonly ProxyFault[];
  /** Ends every connection. Default `rst`. */
  cut(how?: CutKind): void;
  /** Ends each connection at a time of its own, drawn when it opens; `either` draws how, too. Returns the function that stops it. */
  cutEvery(minMs: number, maxMs: number, how?: CutKind | "either"): () => void;
  /** Holds bytes back: the connection is half open, or deaf in one direction. Default `both`. */
  stall(direction?: Direction): void;
  /** Lets everything that was held back arrive. */
  resume(): void;
  /** Each piece of data takes this long. 0 takes it back. */
  delay(ms: number): void;
  /** Resets new connections. */
  refuse(): void;
  /** Takes new connections again. */
  accept(): void;
  /** Ends everything, and resolves when nothing is left. */
  close(): Promise<void>;
}

interface Held extends ProxiedConnection {
  readonly number: number;
}

/**
 * Starts a proxy on a free port of 127.0.0.1.
 *
 * @throws (rejects) when no port can be had
 * @example
 * ```ts
 * import { cuttingProxy, seededRandom } from "@attune/testing";
 * const proxy = await cuttingProxy({ target: { port: 3000 }, random: seededRandom(7) });
 * const stop = proxy.cutEvery(100, 300); // connect to proxy.port, publish, then
 * stop();
 * await proxy.close();
 * ```
 */
export async function cuttingProxy({ target, random = seededRandom(1) }: CuttingProxyOptions): Promise<CuttingProxy> {
  const startedMs = performance.now();
  const held = new Set<Held>();
  const log: ProxyFault[] = [];
  const plan = createCutPlan<Held>(random, cutOne);
  const state = noFaults();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, enter);

  function note(fault: ProxyFault["fault"], connection?: number): void {
    log.push({ atMs: performance.now() - startedMs, fault, ...(connection === undefined ? {} : { connection }) });
  }

  function cutOne(connection: Held, how: CutKind): void {
    note(how, connection.number);
    connection.cut(how);
  }

  function enter(client: Socket): void {
    state.accepted += 1;
    const number = state.accepted;
    if (state.isRefusing) {
      note("refused", number);
      client.on("error", () => {}).resetAndDestroy();
      return;
    }
    const led = leadOn(
      client,
      target,
      () => state.delayMs,
      () => {
        plan.remove(connection);
        held.delete(connection);
      },
    );
    const connection: Held = { ...led, number };
    held.add(connection);
    if (state.stalled) connection.stall(state.stalled);
    plan.add(connection);
  }

  const port = await listen(server);
  return {
    port,
    log,
    get connections() {
      return held.size;
    },
    get accepted() {
      return state.accepted;
    },
    cut: (how = "rst") => held.forEach((connection) => cutOne(connection, how)),
    cutEvery(minMs, maxMs, how = "rst") {
      plan.start(minMs, maxMs, how);
      return plan.stop;
    },
    ...createSwitches(state, held, note),
    async close() {
      // Comes when the last connection is gone, too.
      const closed = once(server, "close");
      server.close();
      for (const connection of held) connection.cut("rst");
      await closed;
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

interface State {
  accepted: number;
  delayMs: number;
  isRefusing: boolean;
  stalled: Direction | undefined;
}

function noFaults(): State {
  return { accepted: 0, delayMs: 0, isRefusing: false, stalled: undefined };
}

/** Faults that last until they are taken back. */
function createSwitches(
  state: State,
  held: ReadonlySet<Held>,
  note: (fault: ProxyFault["fault"]) => void,
): Pick<CuttingProxy, "stall" | "resume" | "delay" | "refuse" | "accept"> {
  return {
    stall(direction = "both") {
      state.stalled = direction;
      note("stalled");
      for (const connection of held) connection.stall(direction);
    },
    resume() {
      state.stalled = undefined;
      note("resumed");
      for (const connection of held) connection.resume();
    },
    delay(ms) {
      state.delayMs = ms;
    },
    refuse() {
      state.isRefusing = true;
    },
    accept() {
      state.isRefusing = false;
    },
  };
}
