import { isRealtimeError } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";
import { createWireWorld } from "../support/wire-world.js";

async function connected({ latencyMs = 0, ...options } = {}) {
  const world = createWorld({ latencyMs });
  const ada = world.client("ada", options);
  void ada.realtime.connect();
  await world.clock.advance(3 * latencyMs);
  return { ...world, ...ada };
}

describe("a visible page", () => {
  test("probes the line after 5 s of silence", async () => {
    const { clock, asked } = await connected();
    const before = asked("ping").length;
    await clock.advance(4_999);
    expect(asked("ping")).toHaveLength(before);
    await clock.advance(1);
    expect(asked("ping")).toHaveLength(before + 1);
  });

  test("notices a half-open line within 7.5 s, and is back a second later", async () => {
    const { realtime, hub, clock } = await connected();
    hub.stall();
    await clock.advance(7_499);
    expect(realtime.getConnectionState()).toBe("connected");
    await clock.advance(1);
    expect(realtime.$connection.get()).toMatchObject({ status: "reconnecting", error: { code: "timeout" } });
    hub.resume();
    await clock.advance(1_000);
    expect(realtime.getConnectionState()).toBe("connected");
  });

  test("takes any traffic for a sign of life", async () => {
    const { realtime, hub, clock, asked } = await connected();
    realtime.channel(NEWS).join();
    await clock.advance(0);
    const before = asked("ping").length;
    for (let second = 0; second < 20; second += 1) {
      await clock.advance(1_000);
      hub.publish(NEWS, "headline", second);
    }
    expect(asked("ping")).toHaveLength(before);
  });

  test("measures the latency every 25 s, however much traffic there is", async () => {
    const { realtime, hub, clock, asked } = await connected();
    realtime.channel(NEWS).join();
    await clock.advance(0);
    const before = asked("ping").length;
    for (let second = 0; second < 60; second += 1) {
      await clock.advance(1_000);
      hub.publish(NEWS, "headline", second);
    }
    expect(asked("ping").length - before).toBeGreaterThanOrEqual(2);
  });

  test("follows a publish without an answer by a probe, and gives the line up within 3 s", async () => {
    const { realtime, hub, clock } = await connected();
    await clock.advance(1_000);
    hub.stall();
    void realtime.publish(NEWS, "headline", {});
    await clock.advance(2_799);
    expect(realtime.getConnectionState()).toBe("connected");
    await clock.advance(1);
    expect(realtime.getConnectionState()).toBe("reconnecting");
  });
});

describe("a line whose way up is dead", () => {
  const deaf = async () => {
    const world = await connected();
    world.realtime.channel(NEWS).join();
    await world.clock.advance(0);
    world.hub.halfOpen(undefined, "up");
    await world.clock.advance(6_000);
    return world;
  };

  test("is noticed within 8 s, though something is heard after the question", async () => {
    const { realtime, hub, clock } = await deaf();
    hub.publish(NEWS, "headline", 1);
    await clock.advance(1_499);
    expect(realtime.getConnectionState()).toBe("connected");
    hub.publish(NEWS, "headline", 2);
    await clock.advance(200);
    expect(realtime.getConnectionState()).toBe("reconnecting");
  });

  test("is not given up while things keep coming: the answer may be behind them", async () => {
    const { realtime, hub, clock } = await deaf();
    for (let n = 0; n < 16; n += 1) {
      hub.publish(NEWS, "headline", n);
      await clock.advance(150);
    }
    expect(realtime.getConnectionState()).toBe("connected");
  });
});

describe("a hidden page", () => {
  test("leaves probing to the server for 45 s, then gives the line up", async () => {
    const { realtime, env, hub, clock, asked } = await connected();
    env.page.set("hidden");
    await clock.advance(2_500);
    const before = asked("ping").length;
    await clock.advance(40_000);
    expect(asked("ping")).toHaveLength(before);
    hub.stall();
    await clock.advance(10_000);
    expect(realtime.getConnectionState()).toBe("reconnecting");
  });

  test("answers the server's probes", async () => {
    const { realtime, end, settle } = await wireConnected();
    end.send({ t: "ping", r: 77 });
    await settle();
    expect(end.of("pong")).toEqual([{ t: "pong", r: 77 }]);
    expect(realtime.getConnectionState()).toBe("connected");
  });
});

async function wireConnected() {
  const world = createWireWorld();
  void world.realtime.connect();
  await world.settle();
  await world.end.welcome();
  return { ...world, end: world.end, realtime: world.realtime };
}

describe("the latency", () => {
  test("is known after the first round trip", async () => {
    const { client, clock } = createWorld({ latencyMs: 40 });
    const { realtime } = client("ada");
    expect(realtime.getLatency()).toBe(undefined);
    void realtime.connect();
    await clock.advance(80);
    expect([realtime.getConnectionState(), realtime.getLatency()]).toEqual(["connected", undefined]);
    await clock.advance(80);
    expect(realtime.getLatency()).toBe(80);
    expect(realtime.$connection.get()).toMatchObject({ latencyMs: 80, isDegraded: false });
  });

  test("is unknown while there is no connection", async () => {
    const { realtime, hub, settle } = await connected({ latencyMs: 40 });
    hub.cut();
    hub.latencyMs = 0;
    await settle();
    expect(realtime.getLatency()).toBe(undefined);
  });

  test("over 2,000 ms is told as degraded, and as restored when it is short again", async () => {
    const { realtime, hub, clock } = await connected();
    const told: unknown[] = [];
    realtime.on("connection_degraded", (notice) => told.push(["degraded", notice]));
    realtime.on("connection_restored", (notice) => told.push(["restored", notice]));
    hub.latencyMs = 1_001;
    await clock.advance(8_000);
    // Half of the time that an answer has: the app knows before the line is given up.
    expect(told).toEqual([["degraded", { latencyMs: 1_250 }]]);
    expect(realtime.$connection.get()).toMatchObject({ isDegraded: true, latencyMs: 2_002 });
    hub.latencyMs = 10;
    await clock.advance(8_000);
    expect(told.slice(1)).toEqual([["restored", { latencyMs: 20 }]]);
    expect(realtime.$connection.get()).toMatchObject({ isDegraded: false });
  });
});

describe("an abandoned attempt", () => {
  test("is not listened to any more, whatever it still says", async () => {
    const world = createWireWorld();
    const heard: unknown[] = [];
    world.realtime.subscribe(ROOM, "said", ({ data }) => heard.push(data));
    await world.settle();
    const old = world.end;
    await old.welcome();
    old.join(ROOM);
    await world.clock.advance(7_500);
    await world.clock.advance(1_000);
    expect(old.isClosed).toBe(true);
    const current = world.end;
    expect(current).not.toBe(old);
    await current.welcome({ conn: "me again" });
    current.join(ROOM);
    old.send(
      { t: "msg", c: ROOM, e: "e", m: [[1, "m1", "said", "late", 0, 1]] },
      { t: "closed", c: ROOM, code: "forbidden", msg: "late" },
      { t: "bye", code: 4100, msg: "late" },
    );
    old.events.transport("late");
    old.events.closed(Object.assign(new Error("late")) as never);
    await old.welcome({ conn: "late" });
    await world.settle();
    expect(heard).toEqual([]);
    expect(world.realtime.$connection.get()).toMatchObject({ status: "connected", connectionId: "me again" });
    expect(world.realtime.channel(ROOM).$status.get()).toMatchObject({ phase: "joined", continuity: "live" });
  });

  test("does not keep the line alive by its traffic", async () => {
    const world = createWireWorld();
    void world.realtime.connect();
    await world.settle();
    const old = world.end;
    await old.welcome();
    world.realtime.reconnect();
    await world.settle();
    await world.end.welcome();
    for (let second = 0; second < 8; second += 1) {
      await world.clock.advance(1_000);
      old.events.traffic();
    }
    expect(world.realtime.$connection.get()).toMatchObject({ status: "reconnecting", error: { code: "timeout" } });
    expect(isRealtimeError((world.realtime.$connection.get() as { error?: unknown }).error, "timeout")).toBe(true);
  });

  test("answers a publish of an earlier connection too late to matter", async () => {
    const world = createWireWorld();
    const outcome = world.realtime.publish(NEWS, "headline", 1);
    await world.settle();
    const old = world.end;
    await old.welcome();
    const [first] = old.of("pub");
    world.realtime.reconnect();
    await world.settle();
    await world.end.welcome();
    const [again] = world.end.of("pub");
    expect(again).toEqual(first);
    old.send({ t: "nack", c: NEWS, p: again?.p ?? "", s: 1, code: "forbidden", msg: "late" });
    await world.settle();
    world.end.ack(again as never, 1);
    expect(await outcome).toMatchObject({ guarantee: "stored" });
  });
});
