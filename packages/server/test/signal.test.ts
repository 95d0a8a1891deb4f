import { defineChannels } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { signalWindowMs } from "../src/channel/signal-lane.js";
import { createWorld, type FakeClient, type World } from "./kit/world.js";

const ROOM = "presence:room:1";

async function pair(world: World, channel = ROOM): Promise<[FakeClient, FakeClient]> {
  const [ada, bob] = [await world.join("ada"), await world.join("bob")];
  await ada.sub(channel);
  await bob.sub(channel);
  await world.after(100);
  ada.clear();
  bob.clear();
  return [ada, bob];
}

describe("a signal", () => {
  test("reaches all subscribers at once when it is quiet, its sender too", async () => {
    const world = createWorld();
    const [ada, bob] = await pair(world);
    ada.send({ t: "sig", c: ROOM, n: "cursor", d: [1, 2] });
    await world.after(0);
    for (const client of [ada, bob]) {
      expect(client.frames).toEqual([{ t: "sig", c: ROOM, m: { cursor: [[ada.welcome.conn, [1, 2]]] } }]);
    }
  });

  test("says who sent it where there is no presence to look that up", async () => {
    const world = createWorld();
    const [ada, bob] = await pair(world, "public:a");
    ada.send({ t: "sig", c: "public:a", n: "@typing", d: true });
    await world.after(0);
    expect(bob.last("sig").m).toEqual({ "@typing": [[ada.welcome.conn, true, "ada", "ADA"]] });
  });

  test("is the latest of its name and connection, every 50 ms at most, in one frame for all", async () => {
    const world = createWorld({ limits: { signalBurst: 1_000 } });
    const [ada, bob] = await pair(world);
    for (let ms = 0; ms < 200; ms++) {
      ada.send({ t: "sig", c: ROOM, n: "cursor", d: [ms] });
      bob.send({ t: "sig", c: ROOM, n: "cursor", d: [-ms] });
      await world.after(1);
    }
    await world.after(100);
    expect(bob.all("sig").length).toBeLessThanOrEqual(6);
    expect(bob.last("sig").m).toEqual({
      cursor: [
        [ada.welcome.conn, [199]],
        [bob.welcome.conn, [-199]],
      ],
    });
    expect(bob.all("sig")).toEqual(ada.all("sig"));
  });

  test("set to null is delivered, and needs no schema", async () => {
    const channels = defineChannels({ [ROOM]: { signals: { cursor: z.tuple([z.number(), z.number()]) } } });
    const world = createWorld({ channels });
    const [ada, bob] = await pair(world);
    ada.send({ t: "sig", c: ROOM, n: "cursor", d: [1, 2] });
    await world.after(100);
    ada.send({ t: "sig", c: ROOM, n: "cursor", d: null });
    await world.after(100);
    expect(bob.last("sig").m).toEqual({ cursor: [[ada.welcome.conn, null]] });
  });

  test("is checked", async () => {
    const channels = defineChannels({ [ROOM]: { signals: { cursor: z.number() } }, "public:a": {} });
    const world = createWorld({ channels });
    const [ada, bob] = await pair(world);
    ada.send({ t: "sig", c: ROOM, n: "cursor", d: "x" });
    ada.send({ t: "sig", c: ROOM, n: "other", d: 1 });
    ada.send({ t: "sig", c: "public:a", n: "@typing", d: true });
    ada.send({ t: "sig", c: ROOM, n: "@typing", d: "x".repeat(300) });
    ada.send({ t: "sig", c: ROOM, n: "@typing", d: true });
    await world.after(100);
    expect(ada.all("fail").map(({ c, code }) => [c, code])).toEqual([
      [ROOM, "invalid-payload"],
      [ROOM, "unknown-event"],
      ["public:a", "not-joined"],
      [ROOM, "payload-too-large"],
    ]);
    expect(bob.all("sig").map(({ m }) => m)).toEqual([{ "@typing": [[ada.welcome.conn, true]] }]);
  });

  test("over the rate is dropped and counted, and nobody is disconnected", async () => {
    const world = createWorld();
    const [ada] = await pair(world);
    for (let n = 0; n < 200; n++) ada.send({ t: "sig", c: ROOM, n: "cursor", d: n });
    expect(world.core.stats()).toMatchObject({ signals: 60, signalsDropped: 140 });
    await world.after(1_000);
    for (let n = 0; n < 200; n++) ada.send({ t: "sig", c: ROOM, n: "cursor", d: n });
    expect(world.core.stats()).toMatchObject({ signals: 90 });
    expect(ada.closedWith).toBeUndefined();
    expect(ada.all("fail")).toEqual([]);
  });

  test("before the subscription is live is dropped", async () => {
    const world = createWorld();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ada = await world.join("ada");
    ada.send({ t: "sub", r: 1, c: ROOM });
    ada.send({ t: "sig", c: ROOM, n: "cursor", d: 1 });
    await world.after(100);
    expect(bob.all("sig")).toEqual([]);
    expect(world.core.stats().signalsDropped).toBe(1);
  });

  test("takes permission to be seen: membership, or elsewhere that to publish", async () => {
    const world = createWorld({
      canAccessChannel: (user, _channel, action) => action === "subscribe" || user?.userId === "ada",
    });
    const eve = await world.join("eve");
    for (const channel of [ROOM, "public:a"]) {
      await eve.sub(channel);
      eve.send({ t: "sig", c: channel, n: "cursor", d: 1 });
      await world.after(0);
      expect(eve.last("fail")).toMatchObject({ c: channel, code: "forbidden" });
    }
    const [ada] = await pair(world, "public:a");
    ada.send({ t: "sig", c: "public:a", n: "cursor", d: 1 });
    await world.after(100);
    expect(ada.all("sig")).toHaveLength(1);
  });

  test("on a presence channel is a member's, whoever else may publish there", async () => {
    const world = createWorld();
    const someone = await world.join();
    await someone.sub(ROOM);
    someone.send({ t: "sig", c: ROOM, n: "cursor", d: 1 });
    await world.after(0);
    expect(someone.last("fail")).toMatchObject({ c: ROOM, code: "forbidden" });
  });

  test("has one of 32 names", async () => {
    const world = createWorld();
    const [ada] = await pair(world);
    for (let n = 0; n < 33; n++) ada.send({ t: "sig", c: ROOM, n: `s${n}`, d: 1 });
    for (const n of ["", "__proto__", "x".repeat(201)]) ada.send({ t: "sig", c: ROOM, n, d: 1 });
    await world.after(0);
    expect(ada.all("fail").map(({ code }) => code)).toEqual(["limit-exceeded", ...Array(3).fill("unknown-event")]);
  });

  test("ends with its connection: after the grace when that was lost", async () => {
    const world = createWorld();
    const [ada, bob] = await pair(world);
    ada.send({ t: "sig", c: ROOM, n: "cursor", d: 1 });
    await world.after(100);
    ada.drop();
    await world.after(4_000);
    expect(bob.all("sig").filter(({ x }) => x)).toEqual([]);
    await world.after(1_100);
    expect(bob.last("sig")).toEqual({ t: "sig", c: ROOM, m: {}, x: [ada.welcome.conn] });
  });

  test("of who never signalled ends without a word", async () => {
    const world = createWorld();
    const [ada, bob] = await pair(world);
    ada.send({ t: "unsub", c: ROOM });
    await world.after(100);
    expect(bob.all("sig")).toEqual([]);
  });
});

describe("a reader that falls behind", () => {
  test("misses signals, and gets the latest values when it has caught up", async () => {
    const world = createWorld({ limits: { signalBurst: 1_000 } });
    const [ada, bob] = await pair(world);
    const cyd = await world.join("cyd");
    await cyd.sub(ROOM);
    cyd.send({ t: "sig", c: ROOM, n: "cursor", d: "c" });
    await world.after(100);
    bob.clear();
    bob.bufferedBytes = 70_000;
    for (let n = 0; n < 10; n++) {
      ada.send({ t: "sig", c: ROOM, n: "cursor", d: n });
      await world.after(50);
    }
    cyd.send({ t: "unsub", c: ROOM });
    await world.after(500);
    expect(bob.all("sig")).toEqual([]);
    expect(ada.all("sig").length).toBeGreaterThan(5);
    bob.bufferedBytes = 0;
    await world.after(100);
    expect(bob.all("sig")).toEqual([
      { t: "sig", c: ROOM, m: { cursor: [[ada.welcome.conn, 9]] }, x: [cyd.welcome.conn] },
    ]);
    await world.after(1_000);
    expect(bob.all("sig")).toHaveLength(1);
    expect(world.core.stats().signalsSkipped).toBeGreaterThan(5);
  });
});

test("the window stretches with the room, and not without end", () => {
  expect(signalWindowMs(50, 2)).toBe(50);
  expect(signalWindowMs(50, 250)).toBe(50);
  expect(signalWindowMs(50, 300)).toBe(60);
  expect(signalWindowMs(50, 100_000)).toBe(250);
  expect(signalWindowMs(1_000, 2)).toBe(1_000);
});
