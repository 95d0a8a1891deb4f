import type { OutgoingMessage } from "@attune/core/driver";
import { describe, expect, test } from "vitest";
import { createMemoryHub, manualClock, memoryDriver, type MemoryDriverOptions } from "../src/index.js";
import { open } from "./recording-host.js";

const news = "public:news";

async function setUp(options: MemoryDriverOptions = {}) {
  const clock = manualClock();
  const hub = createMemoryHub({ clock });
  const driverOf = (client: string) => memoryDriver(hub, { client, ...options });
  const connect = async (client: string) => {
    const recording = await open(driverOf(client), clock);
    recording.connection.attach(news, {});
    await clock.advance(0);
    return recording;
  };
  const [ada, bob] = [await connect("ada"), await connect("bob")];
  return { clock, hub, ada, bob, driverOf };
}

const message = (sequence: number): OutgoingMessage => ({
  channel: news,
  event: "headline",
  data: sequence,
  producer: "p",
  sequence,
  previous: sequence - 1,
});

test("cut: breaks one client's connection, or everybody's", async () => {
  const { hub, ada, bob, clock } = await setUp();
  hub.cut("ada");
  expect(ada.last("closed")).toBeUndefined();
  await clock.advance(0);
  expect(ada.last("closed")?.[1].error).toMatchObject({ code: "connection-lost", retryable: true });
  expect(hub.clients).toEqual(["bob"]);
  expect(hub.subscribers(news)).toEqual(["bob"]);
  hub.cut();
  await clock.advance(0);
  expect(bob.last("closed")).toBeDefined();
});

test("cut: loses what was under way", async () => {
  const { hub, ada, clock } = await setUp();
  hub.latencyMs = 10;
  hub.publish(news, "headline", 1);
  hub.cut("ada");
  await clock.advance(100);
  expect(ada.messages(news)).toEqual([]);
});

test("refuse: turns attempts away, as often and in the way it was told", async () => {
  const { hub, clock, driverOf } = await setUp();
  hub.refuse({ code: "rate-limited", retryAfterMs: 3_000, times: 1 });
  const refused = await open(driverOf("carl"), clock);
  expect(refused.said).toMatchObject([["closed", { error: { code: "rate-limited" }, retryAfterMs: 3_000 }]]);
  const accepted = await open(driverOf("carl"), clock);
  expect(accepted.last("opened")).toBeDefined();
});

test("refuse: lasts until accept", async () => {
  const { hub, clock, driverOf } = await setUp();
  hub.refuse();
  expect((await open(driverOf("carl"), clock)).last("closed")?.[1].error.code).toBe("transport-failed");
  hub.accept();
  expect((await open(driverOf("carl"), clock)).last("opened")).toBeDefined();
});

test("stall: nothing arrives in either direction, and nobody is told", async () => {
  const { hub, ada, bob, clock } = await setUp();
  hub.stall("ada");
  const published = ada.connection.publish(message(1));
  hub.publish(news, "headline", "from the backend");
  await clock.advance(60_000);
  expect(ada.messages(news)).toEqual([]);
  expect(ada.last("closed")).toBeUndefined();
  expect(bob.messages(news).map(({ data }) => data)).toEqual(["from the backend"]);

  hub.resume("ada");
  await clock.advance(0);
  expect(await published).toMatchObject({ guarantee: "stored" });
  expect(ada.messages(news).map(({ data }) => data)).toEqual(["from the backend", 1]);
});

test("stall: holds new connections too", async () => {
  const { hub, clock, driverOf } = await setUp();
  hub.stall();
  const carl = await open(driverOf("carl"), clock);
  await clock.advance(60_000);
  expect(carl.said).toEqual([]);
  hub.resume();
  await clock.advance(0);
  expect(carl.last("opened")).toBeDefined();
});

test("stall: a connection can still be cut", async () => {
  const { hub, ada, clock } = await setUp();
  hub.stall();
  hub.cut("ada");
  await clock.advance(0);
  expect(ada.last("closed")).toBeDefined();
});

test("dropNextAck: stores the message and leaves its publisher without an answer", async () => {
  const { hub, ada, clock } = await setUp();
  hub.dropNextAck();
  let isSettled = false;
  ada.connection.publish(message(1)).finally(() => {
    isSettled = true;
  });
  await clock.advance(60_000);
  expect(isSettled).toBe(false);
  expect(hub.messages(news)).toHaveLength(1);
  const repeat = ada.connection.publish(message(1));
  await clock.advance(0);
  expect(await repeat).toMatchObject({ id: hub.messages(news)[0]?.id });
});

describe("what subscribers get of the next messages", () => {
  const faults = {
    dropNextMessage: [2, 3],
    doubleNextMessage: [1, 1, 2, 3],
    swapNextMessages: [2, 1, 3],
  } as const;

  test.each(Object.entries(faults))("%s", async (fault, expected) => {
    const { hub, ada, clock } = await setUp();
    hub[fault as keyof typeof faults]();
    for (const n of [1, 2, 3]) hub.publish(news, "headline", n);
    await clock.advance(0);
    expect(ada.messages(news).map(({ data }) => data)).toEqual(expected);
    expect(hub.messages(news).map(({ data }) => data)).toEqual([1, 2, 3]);
  });
});

test("dropNextPresence: leaves a hole in the revisions", async () => {
  const { hub, ada, bob, clock } = await setUp();
  const room = "presence:room:1";
  for (const { connection } of [ada, bob]) connection.attach(room, { presence: { status: "online" } });
  await clock.advance(0);
  const [snapshot] = bob.all("presence").at(-1)?.slice(2) ?? [];
  hub.dropNextPresence();
  ada.connection.setPresence(room, { status: "away" });
  ada.connection.setPresence(room, { status: "busy" });
  await clock.advance(0);
  const last = bob.last("presence")?.[2];
  expect(last).toMatchObject({ kind: "delta", from: (snapshot as { revision: number }).revision + 1 });
});

test("rejectNextPublish: refuses one message, with details", async () => {
  const { hub, ada, clock } = await setUp();
  hub.rejectNextPublish("rate-limited", { retryAfterMs: 500 });
  const refused = ada.connection.publish(message(1)).catch((error: unknown) => error);
  const taken = ada.connection.publish(message(1));
  await clock.advance(0);
  expect(await refused).toMatchObject({ code: "rate-limited", details: { retryAfterMs: 500 } });
  expect(await taken).toMatchObject({ guarantee: "stored" });
});

test("newEpoch: starts the log anew and forgets its producers", async () => {
  const { hub, ada, clock } = await setUp();
  void ada.connection.publish(message(1));
  await clock.advance(0);
  const before = hub.messages(news)[0]?.position.epoch;
  hub.newEpoch(news);
  const orphan = ada.connection.publish(message(2)).catch((error: unknown) => error);
  void ada.connection.publish(message(1));
  await clock.advance(0);
  expect(await orphan).toMatchObject({ code: "out-of-order", details: { last: 0 } });
  expect(hub.messages(news)[0]?.position).toMatchObject({ offset: 1 });
  expect(hub.messages(news)[0]?.position.epoch).not.toBe(before);
});

test("revoke: ends a subscription at once, and refuses until grant", async () => {
  const { hub, ada, bob, clock } = await setUp();
  hub.revoke(news, "ada");
  await clock.advance(0);
  expect(ada.last("detached")).toMatchObject(["detached", news, { code: "forbidden" }]);
  expect(bob.last("detached")).toBeUndefined();
  expect(hub.subscribers(news)).toEqual(["bob"]);

  ada.connection.attach(news, {});
  const refused = [ada.connection.publish(message(1)), ada.connection.history(news, { limit: 1 })];
  for (const answer of refused) answer.catch(() => {});
  await clock.advance(0);
  expect(ada.all("detached")).toHaveLength(2);
  for (const answer of refused) await expect(answer).rejects.toMatchObject({ code: "forbidden" });

  hub.grant(news, "ada");
  ada.connection.attach(news, {});
  await clock.advance(0);
  expect(hub.subscribers(news)).toEqual(["bob", "ada"]);
});

test("a driver that reconnects by itself comes back, and opens anew", async () => {
  const { hub, ada, clock } = await setUp({ reconnect: "driver" });
  hub.cut("ada");
  await clock.advance(999);
  expect(ada.all("opened")).toHaveLength(1);
  await clock.advance(1);
  expect(ada.all("opened")).toHaveLength(2);
  expect(hub.subscribers(news)).toEqual(["bob"]);

  hub.cut("ada");
  await clock.advance(0);
  ada.connection.close(true);
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(60_000);
  expect(ada.all("opened")).toHaveLength(2);
});

test("a driver that reconnects by itself does not come back from an error that is for good", async () => {
  const { hub, ada, clock } = await setUp({ reconnect: "driver" });
  hub.refuse({ code: "unauthorized" });
  hub.cut("ada");
  await clock.advance(60_000);
  expect(ada.all("closed").map(([, { error }]) => error.code)).toEqual(["connection-lost", "unauthorized"]);
  expect(clock.pendingTimers).toBe(0);
});
