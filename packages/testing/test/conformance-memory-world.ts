/** The in-memory provider as a world of the conformance suite, under a virtual clock. */
import type { Driver } from "@attune/core/driver";
import type { DriverWorld } from "../src/conformance/index.js";
import { createMemoryHub, manualClock, memoryDriver, type MemoryDriverOptions } from "../src/index.js";

/** @param dress changes each driver before core gets it */
export function memoryConformanceWorld(
  options: MemoryDriverOptions,
  dress: (driver: Driver) => Driver = (driver) => driver,
): DriverWorld {
  const clock = manualClock();
  const hub = createMemoryHub({ clock, latencyMs: 5 });
  const tokens = new Map<string, number>();
  return {
    clock,
    client: (who) => ({
      driver: dress(memoryDriver(hub, { ...options, ...who })),
      auth() {
        const count = (tokens.get(who.client) ?? 0) + 1;
        tokens.set(who.client, count);
        return `${who.client} ${count}`;
      },
    }),
    subscribers: (channel) => hub.subscribers(channel).length,
    connections: () => hub.clients.length,
    close() {},
    cut: (client) => hub.cut(client),
    refuse: () => hub.refuse(),
    accept: () => hub.accept(),
    turnAway: () => hub.refuse({ code: "unauthorized" }),
    forbid: (channel, client) => hub.revoke(channel, client),
    revoke: (channel, client) => hub.revoke(channel, client),
    tokensSeen: (client) =>
      hub.received.flatMap((each) => (each.client === client && each.type === "connect" ? [each.token] : [])),
    halfOpen: (client) => hub.halfOpen(client),
    heal: (client) => hub.heal(client),
    double: () => hub.doubleNextMessage(),
    swap: () => hub.swapNextMessages(),
    forget: (channel) => hub.newEpoch(channel),
    expireToken: (client) => hub.expireToken(client),
    publish: (channel, event, data) => hub.publish(channel, event, data),
  };
}
