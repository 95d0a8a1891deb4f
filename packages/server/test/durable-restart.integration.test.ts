import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRealtime, type Realtime } from "@attune/core";
import { socketio } from "@attune/socketio";
import { between, checkHistory, type HistoryEvent, seededRandom, until } from "@attune/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildChildServer } from "./kit/child-server.js";

const CHANNEL = "presence:room:1";
const NAMES = ["ada", "bob", "carl", "dora"];
const KILLS = 5;

let builder: Awaited<ReturnType<typeof buildChildServer>>;

beforeAll(async () => {
  builder = await buildChildServer();
});

afterAll(() => builder.cleanUp());

test("a server that is killed five times loses, doubles and reorders nothing, and nobody is told a gap or a leave", {
  timeout: 90_000,
}, async () => {
  const path = mkdtempSync(join(tmpdir(), "attune-killed-"));
  const random = seededRandom(1);
  let server = await builder.start(path);
  const { port } = server;
  const history: HistoryEvent[] = [];
  const told: string[] = [];
  const epochs = new Set<string>();

  const services = NAMES.map((name): Realtime => {
    const service = createRealtime({
      driver: socketio(`http://127.0.0.1:${port}`),
      auth: name,
      reconnect: { minMs: 20, maxMs: 100, jitterMs: 20, maxAttempts: 10_000 },
      queue: { max: 100_000, perSecond: 1_000_000 },
    });
    service.subscribe(CHANNEL, "message", ({ data }) =>
      history.push({ type: "delivered", subscriber: name, channel: CHANNEL, id: String(data) }),
    );
    service.on("sync_requested", () => {
      told.push(`${name}: gap`);
      history.push({ type: "gap", subscriber: name, channel: CHANNEL });
    });
    service.presence(CHANNEL).onLeave((member) => told.push(`${name}: ${member.name} left`));
    return service;
  });
  const isLive = (service: Realtime): boolean => service.channel(CHANNEL).$status.value?.continuity === "live";
  const seesAll = (service: Realtime): boolean => service.presence(CHANNEL).getMembers().length === NAMES.length;
  await until(() => services.every((service) => isLive(service) && seesAll(service)), { withinMs: 10_000 });
  for (const subscriber of NAMES) history.push({ type: "joined", subscriber, channel: CHANNEL });

  let isRunning = true;
  const settled: Promise<void>[] = [];
  const load = (async () => {
    for (let round = 0; isRunning; round++) {
      for (const [index, service] of services.entries()) settled.push(publish(service, NAMES[index] ?? "", round));
      // The load: each client publishes every few milliseconds, whether the server lives or not.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const acked = (): number => history.filter(({ type }) => type === "acked").length;
  for (let kill = 0; kill < KILLS; kill++) {
    const wanted = acked() + between(random, 100, 400);
    await until(() => acked() >= wanted, { withinMs: 15_000 });
    await server.kill();
    server = await builder.start(path, port);
    await until(() => services.every(isLive), { withinMs: 15_000 });
  }
  isRunning = false;
  await load;
  await Promise.all(settled);
  const published = history.filter(({ type }) => type === "published").length;
  await until(() => history.filter(({ type }) => type === "delivered").length >= published * NAMES.length, {
    withinMs: 10_000,
  }).catch(() => {});
  await until(() => services.every(seesAll), { withinMs: 20_000 });
  const { examples, ...verdict } = checkHistory(history);
  for (const service of services) service.dispose();
  await server.kill();
  rmSync(path, { recursive: true });
  expect(verdict, JSON.stringify(examples)).toMatchObject({ ok: true, published, acked: published, gaps: 0 });
  expect(published).toBeGreaterThan(1_000);
  expect(told).toEqual([]);
  expect(epochs.size).toBe(1);

  async function publish(service: Realtime, client: string, round: number): Promise<void> {
    const id = `${client} ${round}`;
    history.push({ type: "published", client, channel: CHANNEL, id });
    const ack = await service.publish(CHANNEL, "message", id).catch(() => undefined);
    history.push({ type: ack ? "acked" : "failed", client, channel: CHANNEL, id });
    if (ack?.guarantee === "stored") epochs.add(String(ack.position.epoch));
  }
});
