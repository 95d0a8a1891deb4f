/** Many publishes under many cuts, judged by the history checker. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRealtime, type Realtime } from "@attune/core";
import { createRealtimeServer } from "@attune/server";
import { checkHistory, startFaultProxy, type HistoryEvent, seededRandom, until } from "@attune/testing";
import { expect, test } from "vitest";
import { socketio } from "../src/index.js";

const channel = "private:soak:1";
const publishes = 5_000;
const names = ["ada", "bob", "carl", "dora"];

test.each([1])(
  "loses, doubles and reorders nothing while every connection is cut each 100-300 ms (seed %i)",
  { timeout: 60_000 },
  async (seed) => {
    const http = createServer();
    const server = createRealtimeServer({
      authenticate: ({ token }) => (token ? { userId: token, name: token } : null),
      canAccessChannel: () => true,
      limits: { messagesPerMinute: 0 },
    }).attach(http);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const proxy = await startFaultProxy({
      target: { port: (http.address() as AddressInfo).port },
      random: seededRandom(seed),
    });
    const history: HistoryEvent[] = [];

    const services = names.map((name): Realtime => {
      const service = createRealtime({
        driver: socketio(`http://127.0.0.1:${proxy.port}`),
        auth: name,
        reconnect: { minMs: 20, maxMs: 80, jitterMs: 20, maxAttempts: 1_000 },
        queue: { max: publishes, perSecond: 1_000_000 },
      });
      service.subscribe(channel, "message", ({ data }) =>
        history.push({ type: "delivered", subscriber: name, channel, id: String(data) }),
      );
      service.on("sync_requested", () => history.push({ type: "gap", subscriber: name, channel }));
      return service;
    });
    await until(() => services.every((service) => service.channel(channel).$status.value?.continuity === "live"));
    for (const subscriber of names) history.push({ type: "joined", subscriber, channel });

    const stop = proxy.cutEvery(100, 300, "either");
    const settled: Promise<unknown>[] = [];
    for (let round = 0; round < publishes / names.length; round++) {
      for (const [index, service] of services.entries())
        settled.push(publish(service, names[index] as string, `${names[index]} ${round}`));
      // The load: each client publishes every few milliseconds, connected or not.
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    stop();
    await Promise.all(settled);
    await until(() => history.filter(({ type }) => type === "delivered").length >= publishes * names.length, {
      withinMs: 5_000,
    }).catch(() => {});

    const { examples, ...verdict } = checkHistory(history);
    for (const service of services) service.dispose();
    await server.close();
    await proxy.close();
    await new Promise((resolve) => http.close(resolve));
    expect(verdict, JSON.stringify(examples)).toMatchObject({
      ok: true,
      published: publishes,
      acked: publishes,
      gaps: 0,
    });
    expect(verdict.delivered).toBe(publishes * names.length);
    expect(proxy.log.filter(({ fault }) => fault !== undefined).length).toBeGreaterThan(60);

    async function publish(service: Realtime, client: string, id: string): Promise<void> {
      history.push({ type: "published", client, channel, id });
      const type = await service.publish(channel, "message", id).then(
        () => "acked" as const,
        () => "failed" as const,
      );
      history.push({ type, client, channel, id });
    }
  },
);
