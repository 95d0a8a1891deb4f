import { DEFAULT_LIMITS, type ServerFrame } from "@attune/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createWireWorld, welcomedWireWorld } from "../support/wire-world.js";
import { NEWS, ROOM } from "../support/world.js";

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
    const world = await welcomedWireWorld();
    world.end.send({ t: "bye", code, msg: "bye" });
    expect(world.realtime.$connection.get()).toMatchObject({
      status,
      error: { code: error, details: { closeCode: code } },
    });
  });

  test("may say when to come back", async () => {
    const world = await welcomedWireWorld();
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
  const anything = fc.anything({ maxDepth: 1, maxKeys: 2 });
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
      r: fc.oneof(fc.nat(5), anything),
      c: fc.oneof(fc.constantFrom(NEWS, ROOM), anything),
      e: fc.oneof(fc.constant("e"), anything),
      m: fc.oneof(fc.array(anything), fc.dictionary(fc.string(), anything)),
      p: fc.oneof(fc.array(anything), anything),
      pos: fc.oneof(fc.constant(["e", 1, "a"]), anything),
      set: fc.array(anything),
      del: fc.array(anything),
      more: fc.boolean(),
      ok: fc.boolean(),
      f: fc.nat(3),
      rev: fc.oneof(fc.nat(3), fc.constant(["p", 1])),
      x: fc.oneof(fc.array(anything), fc.constant(undefined)),
      code: fc.oneof(fc.constantFrom(4000, "internal-error", "nonsense"), anything),
      msg: fc.string(),
      s: fc.oneof(fc.nat(3), fc.constant(["s", "k"])),
      ts: fc.nat(),
      now: fc.nat(),
    },
    { requiredKeys: ["t"] },
  );

  test("never throws into the transport, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 4, arbitrary: anyFrame }, { weight: 1, arbitrary: anything }), { maxLength: 10 }),
        async (values) => {
          const world = await welcomedWireWorld();
          world.realtime.channel(ROOM).join();
          world.realtime
            .channel(ROOM)
            .signals("cursor")
            .listen(() => {});
          world.end.join(ROOM);
          for (const value of values) expect(() => world.end.events.frame(value)).not.toThrow();
          world.realtime.dispose();
        },
      ),
      { numRuns: 100 },
    );
  });

  test("of a later version is passed over", async () => {
    const world = await welcomedWireWorld();
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
