import { isRealtimeError } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWireWorld, welcomedWireWorld } from "../support/wire-world.js";
import { NEWS, ROOM } from "../support/world.js";

describe("hello", () => {
  test("says the version, the token and whether the page is visible", async () => {
    const world = createWireWorld({ auth: () => "token" });
    world.env.page.set("hidden");
    void world.realtime.connect();
    await world.settle();
    expect(await world.end.hello()).toEqual({ t: "hello", v: 1, vis: false, k: "token" });
  });

  test("continues the session after a loss, and not after a goodbye", async () => {
    const world = await welcomedWireWorld();
    world.realtime.reconnect();
    await world.settle();
    expect(await world.end.welcome()).toEqual({ t: "hello", v: 1, vis: true, s: ["session", "key"] });
    await world.realtime.disconnect();
    expect(world.end.of("bye")).toEqual([{ t: "bye" }]);
    void world.realtime.connect();
    await world.settle();
    expect(await world.end.hello()).toEqual({ t: "hello", v: 1, vis: true });
  });

  test("comes before everything else, also when the page is hidden meanwhile", async () => {
    const world = createWireWorld();
    void world.realtime.connect();
    await world.settle();
    await world.end.hello();
    world.env.page.set("hidden");
    expect(world.end.frames).toEqual([]);
    await world.end.welcome();
    expect(world.end.of("vis")).toEqual([{ t: "vis", v: false }]);
  });
});

describe("the client", () => {
  test("says what was said in welcome", async () => {
    const world = createWireWorld();
    void world.realtime.connect();
    await world.settle();
    world.end.events.transport("websocket");
    await world.end.welcome({ user: null });
    expect(world.realtime.$connection.get()).toMatchObject({ connectionId: "me", transport: "websocket", user: null });
    world.end.events.transport("polling");
    expect(world.realtime.$connection.get()).toMatchObject({ transport: "polling" });
  });

  test("joins with its presence, and asks for the last messages", async () => {
    const world = await welcomedWireWorld();
    world.realtime.channel(ROOM).join();
    world.realtime.channel(NEWS).join();
    expect(world.end.of("sub")).toEqual([
      { t: "sub", r: expect.any(Number), c: ROOM, last: 50, p: { status: "online" } },
      { t: "sub", r: expect.any(Number), c: NEWS, last: 50 },
    ]);
  });

  test("leaves, signals, shows its state and its typing", async () => {
    const world = await welcomedWireWorld();
    const leave = world.realtime.channel(ROOM).join();
    world.end.join(ROOM);
    world.realtime.signal(ROOM, "cursor", 1);
    world.realtime.setPresenceState(ROOM, { status: "busy" });
    world.realtime.startTyping(ROOM);
    leave();
    await world.clock.advance(250);
    expect(world.end.frames.filter(({ t }) => t !== "sub" && t !== "ping")).toEqual([
      { t: "sig", c: ROOM, n: "cursor", d: 1 },
      { t: "state", c: ROOM, d: { status: "busy" } },
      { t: "sig", c: ROOM, n: "@typing", d: true },
      { t: "unsub", c: ROOM },
    ]);
  });

  test("publishes with the chain, and pairs the answers", async () => {
    const world = await welcomedWireWorld();
    const acks = Promise.all([1, 2].map((value) => world.realtime.publish(NEWS, "headline", value)));
    const [first, second] = world.end.of("pub");
    expect([first, second]).toMatchObject([
      { c: NEWS, s: 1, b: 0, n: "headline", d: 1 },
      { c: NEWS, s: 2, b: 1, n: "headline", d: 2 },
    ]);
    await world.settle();
    world.end.ack(second as never, 2);
    world.end.ack(first as never, 1);
    expect(await acks).toMatchObject([{ position: { offset: 1 } }, { position: { offset: 2 } }]);
    void world.realtime.publish(NEWS, "headline", 3);
    expect(world.end.of("pub")[2]).toMatchObject({ s: 3, b: 2 });
  });

  test("takes a code that it does not know for a refusal", async () => {
    const world = await welcomedWireWorld();
    const outcome = world.realtime.publish(NEWS, "headline", 1).catch((error) => error);
    const [pub] = world.end.of("pub");
    world.end.send({ t: "nack", c: NEWS, p: pub?.p ?? "", s: 1, code: "of-a-later-version" as "refused", msg: "no" });
    expect(await outcome).toMatchObject({ code: "refused", cause: { code: "refused", retryable: false } });
  });

  test("waits as long as a refusal says", async () => {
    const world = await welcomedWireWorld();
    void world.realtime.publish(NEWS, "headline", 1);
    const [pub] = world.end.of("pub");
    world.end.send({ t: "nack", c: NEWS, p: pub?.p ?? "", s: 1, code: "rate-limited", msg: "slow", after: 1_500 });
    await world.clock.advance(1_499);
    expect(world.end.of("pub")).toHaveLength(1);
    await world.clock.advance(1);
    expect(world.end.of("pub")).toHaveLength(2);
  });

  test("links its next message to where the server stands", async () => {
    const world = await welcomedWireWorld();
    void world.realtime.publish(NEWS, "headline", 1);
    world.end.ack(world.end.of("pub")[0] as never, 1);
    await world.settle();
    void world.realtime.publish(NEWS, "headline", 2);
    world.end.send({
      t: "nack",
      c: NEWS,
      p: world.end.of("pub")[0]?.p ?? "",
      s: 2,
      code: "out-of-order",
      msg: "restarted",
      last: 0,
    });
    await world.settle();
    expect(world.end.of("pub").map(({ s, b }) => [s, b])).toEqual([
      [1, 0],
      [2, 1],
      [2, 0],
    ]);
  });

  test("survives a pipe that cannot write a message", async () => {
    const world = await welcomedWireWorld();
    const outcome = world.realtime.publish(NEWS, "headline", 1n).catch((error) => error);
    const next = world.realtime.publish(NEWS, "headline", 2);
    await world.settle();
    for (const pub of world.end.of("pub")) world.end.ack(pub, 1);
    await world.settle();
    expect(isRealtimeError(await outcome, "refused")).toBe(true);
    for (const pub of world.end.of("pub")) world.end.ack(pub, 1);
    expect(await next).toMatchObject({ guarantee: "stored" });
  });
});
