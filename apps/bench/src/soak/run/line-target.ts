/** The lines of all clients as one target: each has a proxy of its own, so that a seed always strikes the same client. */
import { type Fault, type FaultProxy, type FaultTarget, seededRandom, startFaultProxy } from "@attune/testing";
import { nowMs } from "../../now.js";
import type { TroubleLog } from "./trouble-log.js";

/** The way of one client to the server. */
export interface Line {
  readonly proxy: FaultProxy;
  /** When each connection was tried. */
  attemptsMs(): readonly number[];
}

/** Lines by the name of the client. */
export type Lines = ReadonlyMap<string, Line>;

const ATTEMPTS: readonly string[] = ["opened", "refused", "hung"];
const OF_CONNECTIONS: readonly Fault["fault"][] = ["cut", "reset"];

export async function openLines(clients: readonly string[], port: number, seed: number): Promise<Lines> {
  const lines = clients.map(
    async (client, index) => [client, await openLine(port, seededRandom(seed * 1_000 + index))] as const,
  );
  return new Map(await Promise.all(lines));
}

async function openLine(port: number, random: () => number): Promise<Line> {
  const openedMs = nowMs();
  const proxy = await startFaultProxy({ target: { port }, random });
  return {
    proxy,
    attemptsMs: () => proxy.log.filter(({ what }) => ATTEMPTS.includes(what)).map(({ atMs }) => openedMs + atMs),
  };
}

/** `on` is `any`: a client is drawn. */
export function lineTarget(lines: Lines, log: TroubleLog): FaultTarget {
  const all = [...lines];
  return {
    name: "the lines",
    cannot(fault) {
      if (fault.on !== "any") return "it strikes any client";
      const { on: _on, ...everybody } = fault;
      return all[0]?.[1].proxy.cannot(everybody as Fault);
    },
    async strike(fault, pick) {
      const [client, { proxy }] = all[Math.floor(pick * all.length)] as (typeof all)[number];
      // Who has no connection just now cannot lose one.
      if (OF_CONNECTIONS.includes(fault.fault) && proxy.connections.length === 0) return undefined;
      const { on: _on, ...everybody } = fault;
      const end = log.begin(fault, client);
      if (OF_CONNECTIONS.includes(fault.fault)) {
        end();
        // Not awaited: a FIN behind bytes that a frozen process does not read takes as long as that sleeps.
        void proxy.strike(everybody as Fault, pick);
        return undefined;
      }
      const lift = await proxy.strike(everybody as Fault, pick);
      return async () => {
        await lift?.();
        end();
      };
    },
  };
}
