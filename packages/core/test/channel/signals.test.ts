import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";
import { createWireWorld } from "../support/wire-world.js";

async function two(channel = ROOM) {
  const world = createWorld();
  const ada = world.client("ada").realtime;
  const bob = world.client("bob").realtime;
  const $cursors = bob.channel(channel).signals("cursor");
  ada.channel(channel).join();
  bob.channel(channel).join();
  await world.settle();
  const sent = () => world.asked("signal", "ada").map(({ value }) => value);
  return { ...world, ada, bob, $cursors, sent };
}

describe("a signal", () => {
  test("shows the latest value of each other connection, with who that is", async () => {
    const { ada, $cursors, clock } = await two();
    ada.signal(ROOM, "cursor", 1);
    await clock.advance(50);
    ada.signal(ROOM, "cursor", 2);
    await clock.advance(50);
    expect($cursors.get()).toEqual([{ connectionId: "connection-1", value: 2, userId: "ada", name: "ada" }]);
  });

  test("says who that is also on a channel without presence", async () => {
    const { ada, $cursors, settle } = await two(NEWS);
    ada.signal(NEWS, "cursor", 1);
    await settle();
    expect($cursors.get()).toMatchObject([{ value: 1, userId: "ada", name: "ada" }]);
  });

  test("leaves at most 20 times a second, and the last one always does", async () => {
    const { ada, sent, clock } = await two();
    for (let value = 1; value <= 100; value += 1) {
      ada.signal(ROOM, "cursor", value);
      await clock.advance(10);
    }
    expect(sent().length).toBeLessThanOrEqual(21);
    await clock.advance(50);
    expect(sent().at(-1)).toBe(100);
    expect(sent().length).toBeGreaterThanOrEqual(19);
  });

  test("leaves at most 20 times a second on a channel, however many names there are", async () => {
    const { ada, asked, clock } = await two();
    for (let value = 1; value <= 100; value += 1) {
      for (const name of ["cursor", "selection", "scroll"]) ada.signal(ROOM, name, value);
      await clock.advance(10);
    }
    expect(asked("signal").length).toBeLessThanOrEqual(21);
    await clock.advance(150);
    const last = new Map(asked("signal").map(({ name, value }) => [name, value]));
    expect([...last]).toEqual(
      expect.arrayContaining([
        ["cursor", 100],
        ["selection", 100],
        ["scroll", 100],
      ]),
    );
  });

  test("leaves at once when it is quiet", async () => {
    const { ada, sent, settle } = await two();
    ada.signal(ROOM, "cursor", 1);
    await settle();
    expect(sent()).toEqual([1]);
  });

  test("of one's own is not among them", async () => {
    const { ada, settle } = await two();
    const $own = ada.channel(ROOM).signals("cursor");
    ada.signal(ROOM, "cursor", 1);
    await settle();
    expect($own.get()).toEqual([]);
  });

  test("of one's own is left out also where the provider sends it back", async () => {
    const world = createWireWorld();
    const $cursors = world.realtime.channel(ROOM).signals("cursor");
    world.realtime.channel(ROOM).join();
    await world.settle();
    await world.end.welcome({ conn: "me" });
    world.end.join(ROOM);
    world.end.send({
      t: "sig",
      c: ROOM,
      m: {
        cursor: [
          ["me", 1],
          ["you", 2],
        ],
      },
    });
    expect($cursors.get()).toMatchObject([{ connectionId: "you", value: 2 }]);
  });

  test("is dropped while the channel is not joined, and not sent later", async () => {
    const { client, clock, asked } = createWorld();
    const { realtime } = client("ada");
    realtime.signal(ROOM, "cursor", 1);
    realtime.channel(ROOM).join();
    realtime.signal(ROOM, "cursor", 2);
    await clock.advance(1_000);
    expect(asked("signal")).toEqual([]);
  });

  test("that waits for its turn is dropped when the connection goes", async () => {
    const { ada, sent, clock } = await two();
    ada.signal(ROOM, "cursor", 1);
    ada.signal(ROOM, "cursor", 2);
    ada.reconnect();
    await clock.advance(5_000);
    expect([ada.getConnectionState(), sent()]).toEqual(["connected", [1]]);
  });

  test("is taken back with null", async () => {
    const { ada, $cursors, clock } = await two();
    ada.signal(ROOM, "cursor", 1);
    await clock.advance(50);
    ada.signal(ROOM, "cursor", null);
    await clock.advance(50);
    expect($cursors.get()).toEqual([]);
  });

  test("goes with its connection", async () => {
    const { ada, $cursors, settle } = await two();
    ada.signal(ROOM, "cursor", 1);
    await settle();
    expect($cursors.get()).toHaveLength(1);
    await ada.disconnect();
    await settle();
    expect($cursors.get()).toEqual([]);
  });

  test("of the others is forgotten while the connection is down", async () => {
    const { ada, $cursors, settle, hub } = await two();
    ada.signal(ROOM, "cursor", 1);
    await settle();
    hub.cut("bob");
    await settle();
    expect($cursors.get()).toEqual([]);
  });

  test("is never a message", async () => {
    const { ada, bob, settle } = await two();
    const heard: unknown[] = [];
    bob.subscribe(ROOM, "cursor", (message) => heard.push(message));
    ada.signal(ROOM, "cursor", 1);
    await settle();
    expect(heard).toEqual([]);
  });
});
