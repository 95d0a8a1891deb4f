/** A TCP proxy that breaks connections on request, to put between a client and a server under test. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { seededRandom } from "../seeded-random.js";
import { systemClock } from "../system-clock.js";
import { createCutPlan } from "./cut-plan.js";
import type { FaultProxy, FaultProxyOptions, ProxyEvent } from "./fault-proxy.js";
import { cannotOnALine, createLineFaults, type LineState } from "./line-faults.js";
import { leadOn, leaveHanging, type ProxiedConnection } from "./proxied-connection.js";
import { NO_TROUBLE } from "./trouble.js";

/**
 * Starts a proxy.
 *
 * @throws (rejects) when the port cannot be had
 * @example
 * ```ts
 * import { seededRandom, startFaultProxy } from "@attune/testing";
 * const proxy = await startFaultProxy({ target: { port: 3000 }, random: seededRandom(7) });
 * await proxy.halfOpen("down"); // connect to proxy.port: the client is heard, and hears nothing
 * await proxy.heal();
 * await proxy.close();
 * ```
 */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { target, port: asked = 0, host = "127.0.0.1", clock = systemClock, random = seededRandom(1) } = options;
  const startedMs = clock.now();
  const log: ProxyEvent[] = [];
  const state: LineState = {
    held: new Map(),
    everybody: { up: { ...NO_TROUBLE }, down: { ...NO_TROUBLE } },
    entry: "open",
    note: (what, more = {}) => void log.push({ atMs: clock.now() - startedMs, what, ...more }),
  };
  const faults = createLineFaults(state);
  const plan = createCutPlan<ProxiedConnection>(clock, random, (connection, how) => {
    state.note(how, { connection: connection.number, fault: { fault: how } });
    connection.end(how);
  });
  const server = createServer({ allowHalfOpen: true, noDelay: true }, enter);
  let accepted = 0;

  function enter(client: Socket): void {
    accepted += 1;
    const number = accepted;
    if (state.entry === "refused") {
      state.note("refused", { connection: number });
      client.on("error", () => {}).resetAndDestroy();
      return;
    }
    const isHung = state.entry === "hung";
    const connection = isHung
      ? leaveHanging(number, client, state.everybody)
      : leadOn(number, client, target, state.everybody, { clock, random });
    state.held.set(number, connection);
    state.note(isHung ? "hung" : "opened", { connection: number });
    plan.add(connection);
    void connection.closed.then(() => {
      plan.remove(connection);
      state.held.delete(number);
      state.note("closed", { connection: number });
    });
  }

  const port = await listen(server, asked, host);
  return {
    name: "startFaultProxy()",
    cannot: cannotOnALine,
    ...faults,
    port,
    log,
    get connections() {
      return [...state.held.keys()];
    },
    get accepted() {
      return accepted;
    },
    cutEvery(minMs, maxMs, how = "reset") {
      plan.start(minMs, maxMs, how);
      return plan.stop;
    },
    async close() {
      plan.stop();
      // Comes when the last connection is gone, too.
      const closed = once(server, "close");
      server.close();
      for (const connection of state.held.values()) connection.end("reset");
      await closed;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
