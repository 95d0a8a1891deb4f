import { DEFAULT_LIMITS, isRealtimeError, type ServerFrame } from "@attune/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createWireWorld } from "../support/wire-world.js";
import { NEWS, ROOM } from "../support/world.js";

async function welcomed(options = {}) {
  const world = createWireWorld(options);
  void world.realtime.connect();
  await world.settle();
  await world.end.welcome();
  return world;
}

describe("hello", () => {
  test("says the version, the token and whether the page is visible", async () => {
    const world = createWireWorld({ auth: () => "token" });
    world.env.page.set("hidden");
    void world.realtime.connect();
    await world.settle();
    expect(await world.end.hello()).toEqual({ t: "hello", v: 1, vis: false, k: "token" });
  });

  test("continues the session after a loss, and not after a goodbye", async () => {
    const world = await welcomed();
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
    const world = await welcomed();
    world.realtime.channel(ROOM).join();
    world.realtime.channel(NEWS).join();
    expect(world.end.of("sub")).toEqual([
      { t: "sub", r: expect.any(Number), c: ROOM, last: 50, p: { status: "online" } },
      { t: "sub", r: expect.any(Number), c: NEWS, last: 50 },
    ]);
  });

  test("leaves, signals, shows its state and its typing", async () => {
    const world = await welcomed();
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
    const world = await welcomed();
    const acks = Promise.all([1, 2].map((value) => world.realtime.publish(NEWS, "headline", value)));
    const [first, second] = world.end.of("pub");
    expect([first, second]).toMatchObject([
      { c: NEWS, s: 1, b: 0, n: "headline", d: 1 },
      { c: NEWS, s: 2, b: 1, n: "headline", d: 2 },
    ]);
    world.end.ack(second as never, 2);
    world.end.ack(first as never, 1);
    expect(await acks).toMatchObject([{ position: { offset: 1 } }, { position: { offset: 2 } }]);
  });

  test("waits as long as a refusal says", async () => {
    const world = await welcomed();
    void world.realtime.publish(NEWS, "headline", 1);
    const [pub] = world.end.of("pub");
    world.end.send({ t: "nack", c: NEWS, p: pub?.p ?? "", s: 1, code: "rate-limited", msg: "slow", after: 1_500 });
    await world.clock.advance(1_499);
    expect(world.end.of("pub")).toHaveLength(1);
    await world.clock.advance(1);
    expect(world.end.of("pub")).toHaveLength(2);
  });

  test("links its next message to where the server stands", async () => {
    const world = await welcomed();
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
    const world = await welcomed();
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

describe("presence over the wire", () => {
  const row = (conn: string, userId: string) => [conn, userId, userId, 0, 1, 1, "online", 0] as const;

  test("is complete before it is shown, however many pieces it comes in", async () => {
    const world = await welcomed();
    const channel = world.realtime.channel(ROOM);
    channel.join();
    world.end.join(ROOM, { rev: ["p", 7], p: [row("c1", "ada")], more: true });
    expect(channel.$members.get()).toEqual([]);
    world.end.send({ t: "chunk", r: world.end.of("sub")[0]?.r ?? 0, m: [], p: [row("c2", "bob")], more: false });
    expect(channel.$members.get().map(({ userId }) => userId)).toEqual(["ada", "bob"]);
    world.end.send({ t: "pres", c: ROOM, e: "p", f: 7, rev: 8, set: [row("c3", "cy")], del: ["c1"] });
    expect(channel.$members.get().map(({ userId }) => userId)).toEqual(["bob", "cy"]);
    expect(world.end.of("sub")).toHaveLength(1);
  });

  test("with a hole in it is joined anew, once", async () => {
    const world = await welcomed();
    world.realtime.channel(ROOM).join();
    world.end.join(ROOM, { rev: ["p", 7], p: [row("c1", "ada")] });
    for (const rev of [9, 10, 11])
      world.end.send({ t: "pres", c: ROOM, e: "p", f: rev - 1, rev, set: [row("c3", "cy")], del: [] });
    expect(world.end.of("sub")).toHaveLength(2);
  });
});

describe("a subscription", () => {
  test("is not confused by the answer to an earlier one", async () => {
    const world = await welcomed();
    const channel = world.realtime.channel(NEWS);
    const leave = channel.join();
    const [first] = world.end.of("sub");
    leave();
    await world.clock.advance(250);
    channel.join();
    world.end.send({ t: "joined", r: first?.r ?? 0, c: NEWS, pos: ["e", 0, ""], ok: true, m: [], p: [], more: false });
    world.end.send({ t: "chunk", r: first?.r ?? 0, m: [[1, "a", "headline", 1, 0, 1]], p: [], more: false });
    expect(channel.$status.get()).toMatchObject({ phase: "joining" });
    world.end.join(NEWS);
    expect(channel.$status.get()).toMatchObject({ phase: "joined", continuity: "live" });
  });

  test("that fails for a passing reason is tried again when the server says", async () => {
    const world = await welcomed();
    const channel = world.realtime.channel(NEWS);
    channel.join();
    world.end.send({ t: "fail", r: world.end.of("sub")[0]?.r ?? 0, code: "rate-limited", msg: "later", after: 3_000 });
    expect(channel.$status.get()).toMatchObject({ phase: "joining", error: { code: "rate-limited" } });
    // The server must be heard, or the line would be taken for dead.
    for (let second = 1; second <= 3; second += 1) {
      expect(world.end.of("sub")).toHaveLength(1);
      await world.clock.advance(1_000);
      world.end.events.traffic();
    }
    expect(world.end.of("sub")).toHaveLength(2);
    world.end.join(NEWS);
    expect(channel.$status.get()).toMatchObject({ phase: "joined" });
  });

  test("that keeps failing is tried ever more rarely, and not after it is left", async () => {
    const world = await welcomed();
    const leave = world.realtime.channel(NEWS).join();
    const tries: number[] = [];
    for (let second = 0; second < 40; second += 1) {
      const subs = world.end.of("sub");
      if (subs.length > tries.length) {
        tries.push(second);
        world.end.send({ t: "fail", r: subs.at(-1)?.r ?? 0, code: "internal-error", msg: "broken" });
      }
      await world.clock.advance(1_000);
      world.end.events.traffic();
    }
    expect(tries).toEqual([0, 1, 3, 7, 15, 31]);
    leave();
    await world.clock.advance(250);
    const count = world.end.of("sub").length;
    for (let second = 0; second < 60; second += 1) {
      await world.clock.advance(1_000);
      world.end.events.traffic();
    }
    expect(world.end.of("sub")).toHaveLength(count);
  });

  test("that the server interrupts is made anew, and continues", async () => {
    const world = await welcomed();
    const channel = world.realtime.channel(NEWS);
    channel.join();
    world.end.join(NEWS);
    world.end.send(
      { t: "msg", c: NEWS, e: "e", m: [[1, "a", "headline", 1, 0, 1]] },
      { t: "closed", c: NEWS, code: "channel-closed", msg: "interrupted" },
    );
    await world.clock.advance(1_000);
    expect(world.end.of("sub")[1]).toMatchObject({ since: ["e", 1, "a"] });
  });
});

describe("the end of a connection", () => {
  test.each([
    [4000, "server-draining", "reconnecting"],
    [4001, "slow-consumer", "reconnecting"],
    [4003, "rate-limited", "reconnecting"],
    [4100, "unauthorized", "disconnected"],
    [4101, "conflict", "disconnected"],
    [4102, "invalid-frame", "disconnected"],
    [4199, "conflict", "disconnected"],
    [4099, "connection-lost", "reconnecting"],
  ])("with code %i is %s, and then the client is %s", async (code, error, status) => {
    const world = await welcomed();
    world.end.send({ t: "bye", code, msg: "bye" });
    expect(world.realtime.$connection.get()).toMatchObject({
      status,
      error: { code: error, details: { closeCode: code } },
    });
  });

  test("may say when to come back", async () => {
    const world = await welcomed();
    world.end.send({ t: "bye", code: 4000, msg: "draining", after: 4_321 });
    await world.clock.advance(4_320);
    expect(world.ends).toHaveLength(1);
    await world.clock.advance(1);
    expect(world.ends).toHaveLength(2);
  });

  test("counts once, though the transport closes too", async () => {
    const world = createWireWorld({}, { reconnect: "driver" });
    void world.realtime.connect();
    await world.settle();
    await world.end.welcome();
    world.end.send({ t: "bye", code: 4000, msg: "draining" });
    world.end.lose(Object.assign(new Error("closed"), { code: "connection-lost", retryable: true }) as never);
    expect(world.realtime.$connection.get()).toMatchObject({
      status: "reconnecting",
      attempt: 1,
      error: { code: "server-draining" },
    });
    await world.end.welcome();
    expect(world.realtime.getConnectionState()).toBe("connected");
  });
});

describe("what the server sends", () => {
  const anyFrame = fc.record(
    {
      t: fc.constantFrom(
        "welcome",
        "joined",
        "chunk",
        "msg",
        "ack",
        "nack",
        "sig",
        "pres",
        "page",
        "pong",
        "ping",
        "bye",
        "fail",
        "closed",
        "future",
      ),
      r: fc.oneof(fc.nat(5), fc.anything()),
      c: fc.oneof(fc.constantFrom(NEWS, ROOM), fc.anything()),
      e: fc.oneof(fc.constant("e"), fc.anything()),
      m: fc.oneof(fc.array(fc.anything()), fc.dictionary(fc.string(), fc.anything())),
      p: fc.oneof(fc.array(fc.anything()), fc.anything()),
      pos: fc.oneof(fc.constant(["e", 1, "a"]), fc.anything()),
      set: fc.array(fc.anything()),
      del: fc.array(fc.anything()),
      more: fc.boolean(),
      ok: fc.boolean(),
      f: fc.nat(3),
      rev: fc.oneof(fc.nat(3), fc.constant(["p", 1])),
      x: fc.oneof(fc.array(fc.anything()), fc.constant(undefined)),
      code: fc.oneof(fc.constantFrom(4000, "internal-error", "nonsense"), fc.anything()),
      msg: fc.string(),
      s: fc.oneof(fc.nat(3), fc.constant(["s", "k"])),
      ts: fc.nat(),
      now: fc.nat(),
    },
    { requiredKeys: ["t"] },
  );

  test("never throws into the transport, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(anyFrame, fc.anything()), { maxLength: 20 }), async (values) => {
        const world = await welcomed();
        world.realtime.channel(ROOM).join();
        world.realtime
          .channel(ROOM)
          .signals("cursor")
          .listen(() => {});
        world.end.join(ROOM);
        for (const value of values) expect(() => world.end.events.frame(value)).not.toThrow();
        world.realtime.dispose();
      }),
      { numRuns: 300 },
    );
  });

  test("of a later version is passed over", async () => {
    const world = await welcomed();
    world.end.send(
      { t: "hologram" } as unknown as ServerFrame,
      { t: "pong", r: 1, now: 1, more: "keys" } as unknown as ServerFrame,
    );
    expect(world.realtime.getConnectionState()).toBe("connected");
  });

  test("of limits is kept to", async () => {
    const world = createWireWorld();
    void world.realtime.connect();
    await world.settle();
    await world.end.welcome({ limits: { ...DEFAULT_LIMITS, messagesPerMinute: 2 } });
    for (let value = 0; value < 5; value += 1) void world.realtime.publish(NEWS, "headline", value);
    expect(world.end.of("pub")).toHaveLength(2);
  });
});
