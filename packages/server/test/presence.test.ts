import { defineChannels } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { viewOf } from "./kit/view.js";
import { createWorld } from "./kit/world.js";

const ROOM = "presence:room:1";

describe("a member", () => {
  test("is in its own first snapshot, with the state it joined with", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    const joined = await ada.sub(ROOM, { p: { status: "busy", customState: { mood: "ok" } } });
    const nowMs = world.clock.now();
    expect(joined).toMatchObject({
      p: [[ada.welcome.conn, "ada", "ADA", 0, nowMs, nowMs, "busy", { mood: "ok" }]],
      rev: [expect.any(String), 1],
    });
  });

  test("is online when it says nothing", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    expect(viewOf(ROOM, ada).get(ada.welcome.conn)?.slice(6)).toEqual(["online", 0]);
  });

  test("is shown to those who are there by one frame, and no frame changes nothing", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    ada.clear();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    await world.after(1_000);
    expect(ada.all("pres")).toHaveLength(1);
    expect(ada.last("pres")).toMatchObject({ f: 1, rev: 2, del: [] });
    expect(ada.last("pres").set.map(([id]) => id)).toEqual([bob.welcome.conn]);
    expect(bob.all("pres")).toEqual([]);
    bob.send({ t: "state", c: ROOM, d: { status: "online" } });
    await bob.sub(ROOM);
    await world.after(1_000);
    expect(ada.all("pres")).toHaveLength(1);
  });

  test("is one user with several connections, joined when the first one was", async () => {
    const world = createWorld();
    const first = await world.join("ada");
    await first.sub(ROOM);
    const joinedAtMs = world.clock.now();
    await world.after(1_000);
    const second = await world.join("ada");
    await second.sub(ROOM);
    expect([...viewOf(ROOM, second).values()].map((row) => row[4])).toEqual([joinedAtMs, joinedAtMs]);
    first.send({ t: "bye" });
    await world.after(1_000);
    const third = await world.join("ada");
    await third.sub(ROOM);
    expect([...viewOf(ROOM, third).values()].map((row) => row[4])).toEqual([joinedAtMs, joinedAtMs]);
  });

  test("stays a member through a reload, since the same time", async () => {
    const world = createWorld();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const before = await world.join("ada");
    const joinedAtMs = world.clock.now();
    await before.sub(ROOM);
    before.drop();
    await world.after(2_000);
    const after = await world.join("ada");
    await after.sub(ROOM);
    await world.after(10_000);
    const rows = [...viewOf(ROOM, bob).values()].filter(([, userId]) => userId === "ada");
    expect(rows.map((row) => [row[0], row[4]])).toEqual([[after.welcome.conn, joinedAtMs]]);
  });

  test("is gone when the grace is over", async () => {
    const world = createWorld();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    await world.after(100);
    ada.drop();
    await world.after(4_999);
    expect(viewOf(ROOM, bob).has(ada.welcome.conn)).toBe(true);
    await world.after(2);
    expect(viewOf(ROOM, bob).has(ada.welcome.conn)).toBe(false);
  });

  test("without a user, or without permission, watches and is not listed", async () => {
    const world = createWorld({
      canAccessChannel: (user, _channel, action) => !(user?.userId === "eve" && action === "presence"),
    });
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    for (const watcher of [await world.join(), await world.join("eve")]) {
      await watcher.sub(ROOM, { p: { status: "online" } });
      expect([...viewOf(ROOM, watcher).keys()]).toEqual([ada.welcome.conn]);
      watcher.send({ t: "state", c: ROOM, d: { status: "busy" } });
      await world.after(0);
      expect(watcher.last("fail")).toMatchObject({ c: ROOM, code: "forbidden" });
    }
    await world.after(100);
    expect([...viewOf(ROOM, ada).keys()]).toEqual([ada.welcome.conn]);
  });

  test("exists on presence channels only", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    const joined = await ada.sub("private:doc:1", { p: { status: "busy" } });
    expect(joined).toMatchObject({ p: [] });
    expect(joined).not.toHaveProperty("rev");
  });
});

describe("a state", () => {
  test("reaches the others, and the last of many always does", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    await ada.sub(ROOM);
    await world.after(1_000);
    bob.clear();
    for (let n = 1; n <= 500; n++) ada.send({ t: "state", c: ROOM, d: { status: "online", customState: { n } } });
    await world.after(30_000);
    const seen = bob.all("pres").map(({ set }) => set[0]?.[7]);
    expect(seen.at(-1)).toEqual({ n: 500 });
    expect(seen.length).toBeLessThan(5);
  });

  test("is coalesced with others of one flush", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    await ada.sub(ROOM);
    await world.after(1_000);
    bob.clear();
    for (const n of [1, 2, 3]) ada.send({ t: "state", c: ROOM, d: { status: "online", customState: { n } } });
    await world.after(1_000);
    expect(bob.all("pres")).toHaveLength(1);
    expect(bob.last("pres").set).toHaveLength(1);
  });

  test("that waits is not shown after its channel was left", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    await ada.sub(ROOM);
    for (let n = 0; n < 30; n++) {
      ada.send({ t: "state", c: ROOM, d: { status: "online", customState: { n } } });
      await world.after(1);
    }
    ada.send({ t: "unsub", c: ROOM });
    await world.after(10_000);
    expect([...viewOf(ROOM, bob).keys()]).toEqual([bob.welcome.conn]);
  });

  test("that waits gives way to that of a later sub", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    for (let n = 0; n < 30; n++) ada.send({ t: "state", c: ROOM, d: { status: "busy", customState: { n } } });
    await ada.sub(ROOM, { p: { status: "away" } });
    await world.after(10_000);
    expect(viewOf(ROOM, ada).get(ada.welcome.conn)?.slice(6)).toEqual(["away", 0]);
  });

  test("is checked", async () => {
    const channels = defineChannels({
      [ROOM]: { presence: z.object({ colour: z.string() }) },
      "presence:free:{id}": {},
    });
    const world = createWorld({ channels });
    const ada = await world.join("ada");
    ada.send({ t: "state", c: ROOM, d: { status: "online" } });
    await ada.sub(ROOM);
    await ada.sub("presence:free:1");
    ada.send({ t: "state", c: ROOM, d: { status: "online", customState: { colour: 7 } } });
    ada.send({ t: "state", c: ROOM, d: { status: "online", customState: { colour: "red", extra: 1 } } });
    ada.send({ t: "state", c: "presence:free:1", d: { status: "online", customState: { text: "x".repeat(8_192) } } });
    await world.after(0);
    expect(ada.all("fail").map(({ c, code }) => [c, code])).toEqual([
      [ROOM, "not-joined"],
      [ROOM, "invalid-payload"],
      [ROOM, "invalid-payload"],
      ["presence:free:1", "payload-too-large"],
    ]);
  });

  test("has no keys but its own", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    ada.raw({ t: "state", c: ROOM, d: { status: "away", customState: {}, userId: "eve", admin: true } });
    const bob = await world.join("bob");
    await world.after(100);
    await bob.sub(ROOM);
    expect(viewOf(ROOM, bob).get(ada.welcome.conn)?.slice(1, 4)).toEqual(["ada", "ADA", 0]);
    expect(JSON.stringify(bob.frames)).not.toContain("admin");
  });
});
