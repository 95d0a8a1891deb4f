import { DEFAULT_LIMITS, isRealtimeError } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import { memoryDriver } from "../src/index.js";
import { memoryWorld, news, outgoing, room } from "./memory-world.js";
import { open, record } from "./recording-host.js";

describe("connecting", () => {
  test("says who the client is and what the hub allows", async () => {
    const { connect, clock } = memoryWorld();
    const ada = await connect("ada", { limits: DEFAULT_LIMITS });
    expect(ada.said).toEqual([
      [
        "opened",
        {
          connectionId: "connection-1",
          user: { userId: "ada", name: "ada" },
          transport: "memory",
          limits: DEFAULT_LIMITS,
          serverNowMs: clock.now(),
        },
      ],
    ]);
  });

  test("answers nothing inside the call", () => {
    const { clock, hub } = memoryWorld();
    const { said, connection } = record(memoryDriver(hub), clock);
    connection.attach(news, {});
    expect(said).toEqual([]);
  });

  test("asks for a token at every attempt, and shows it to the hub", async () => {
    const { clock, hub } = memoryWorld();
    const driver = memoryDriver(hub, { client: "ada" });
    let asked = 0;
    const auth = async () => `token ${++asked}`;
    await open(driver, clock, auth);
    await open(driver, clock, auth);
    expect(hub.received).toEqual([
      { client: "ada", type: "connect", token: "token 1" },
      { client: "ada", type: "connect", token: "token 2" },
    ]);
  });

  test("ends the attempt with the error that asking for a token ended with", async () => {
    const { clock, hub } = memoryWorld();
    const error = new Error("no token");
    const ada = await open(memoryDriver(hub), clock, () => Promise.reject(error));
    expect(ada.said).toEqual([["closed", { error }]]);
    expect(hub.clients).toEqual([]);
  });

  test("takes as long as the latency says, both ways", async () => {
    const { connect, clock } = memoryWorld(40);
    const ada = await connect("ada");
    await clock.advance(79);
    expect(ada.said).toEqual([]);
    await clock.advance(1);
    expect(ada.last("opened")).toBeDefined();
  });

  test("is silent and harmless after close", async () => {
    const { connect, clock, hub } = memoryWorld();
    const ada = await connect("ada");
    ada.connection.attach(news, {});
    await clock.advance(0);
    const { length } = ada.said;
    ada.connection.close(true);
    ada.connection.close(true);
    hub.publish(news, "headline", "to somebody who has just gone");
    await clock.advance(0);
    ada.connection.attach(news, {});
    ada.connection.detach(news);
    ada.connection.signal(news, "cursor", 1);
    ada.connection.setPresence(room, { status: "away" });
    ada.connection.setVisible(false);
    void ada.connection.publish(outgoing(1));
    void ada.connection.history(news, { limit: 1 });
    void ada.connection.ping?.();
    await clock.advance(10_000);
    expect(ada.said).toHaveLength(length);
    expect(hub.clients).toEqual([]);
    expect(hub.messages(news)).toHaveLength(1);
    expect(hub.subscribers(news)).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("history, ping and signals", () => {
  test("pages back from the end", async () => {
    const { connect, clock, hub } = memoryWorld();
    for (let n = 1; n <= 5; n++) hub.publish(news, "headline", n);
    const ada = await connect("ada", { recovery: "cursor" });
    const ask = async (query: Parameters<typeof ada.connection.history>[1]) => {
      const asked = ada.connection.history(news, query);
      await clock.advance(0);
      return asked;
    };
    const last = await ask({ limit: 3 });
    expect(last).toMatchObject({ hasMore: true, messages: [{ data: 3 }, { data: 4 }, { data: 5 }] });
    const before = last.messages[0]?.position;
    expect(await ask({ limit: 3, ...(before ? { before } : {}) })).toMatchObject({
      hasMore: false,
      messages: [{ data: 1 }, { data: 2 }],
    });
  });

  test("a ping comes back with the hub's time", async () => {
    const { connect, clock } = memoryWorld(30);
    const ada = await connect("ada");
    await clock.advance(60);
    const sentAtMs = clock.now();
    const answer = ada.connection.ping?.();
    await clock.advance(60);
    expect(await answer).toEqual({ serverNowMs: sentAtMs + 30 });
  });

  test("everything that arrives is a sign of life", async () => {
    const { connect, clock, hub } = memoryWorld();
    const ada = await connect("ada");
    ada.connection.attach(news, {});
    await clock.advance(0);
    const before = ada.signsOfLife;
    hub.publish(news, "headline", 1);
    await clock.advance(0);
    expect(ada.signsOfLife).toBe(before + 1);
  });

  test("signals reach the others, who hear when they are over", async () => {
    const { connect, clock } = memoryWorld();
    const ada = await connect("ada");
    const bob = await connect("bob");
    for (const { connection } of [ada, bob]) connection.attach(news, {});
    ada.connection.signal(news, "cursor", { x: 1 });
    await clock.advance(0);
    expect(ada.all("signals")).toEqual([]);
    const signal = {
      name: "cursor",
      connectionId: "connection-1",
      value: { x: 1 },
      user: { userId: "ada", name: "ada" },
    };
    expect(bob.last("signals")).toEqual(["signals", news, [signal], []]);
    ada.connection.detach(news);
    await clock.advance(0);
    expect(bob.last("signals")).toEqual(["signals", news, [], ["connection-1"]]);
  });

  test("what was not declared is refused as unsupported", async () => {
    const { connect } = memoryWorld();
    const { connection } = await connect("ada", { recovery: "none", presence: false, signals: false, publish: "none" });
    const isUnsupported = (error: unknown) => isRealtimeError(error, "unsupported");
    await expect(connection.history(news, { limit: 1 })).rejects.toSatisfy(isUnsupported);
    await expect(connection.publish(outgoing(1))).rejects.toSatisfy(isUnsupported);
    for (const use of [
      () => connection.signal(news, "cursor", 1),
      () => connection.setPresence(room, { status: "away" }),
    ]) {
      expect(use).toThrow(expect.toSatisfy(isUnsupported));
    }
  });
});
