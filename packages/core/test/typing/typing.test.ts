import { typingText } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, ROOM } from "../support/world.js";

async function two() {
  const world = createWorld();
  const [ada, bob] = ["ada", "bob"].map((name) => world.client(name).realtime) as [
    ReturnType<typeof world.client>["realtime"],
    ReturnType<typeof world.client>["realtime"],
  ];
  ada.channel(ROOM).join();
  bob.channel(ROOM).join();
  await world.settle();
  const typing = () =>
    bob
      .channel(ROOM)
      .$typing.get()
      .map(({ name }) => name);
  const sent = () => world.asked("signal", "ada").map(({ value }) => value);
  return { ...world, ada, bob, typing, sent };
}

describe("typing", () => {
  test("is shown to the others, and not to oneself", async () => {
    const { ada, bob, typing, settle } = await two();
    ada.startTyping(ROOM);
    await settle();
    expect(typing()).toEqual(["ada"]);
    expect(bob.channel(ROOM).$typing.get()).toEqual([expect.objectContaining({ userId: "ada", name: "ada" })]);
    expect(ada.channel(ROOM).$typing.get()).toEqual([]);
  });

  test("leaves at most once a second, however fast the keys go", async () => {
    const { ada, clock, sent } = await two();
    for (let key = 0; key < 50; key += 1) {
      ada.startTyping(ROOM);
      await clock.advance(100);
    }
    expect(sent()).toEqual([true, true, true, true, true]);
  });

  test("begins at most once a second, also when it stops in between", async () => {
    const { ada, clock, sent } = await two();
    for (let round = 0; round < 10; round += 1) {
      ada.startTyping(ROOM);
      ada.stopTyping(ROOM);
      await clock.advance(100);
    }
    expect(sent().filter((isTyping) => isTyping === true)).toHaveLength(1);
  });

  test("ends by itself 5 s after the last key", async () => {
    const { ada, clock, sent, typing } = await two();
    ada.startTyping(ROOM);
    await clock.advance(4_000);
    ada.startTyping(ROOM);
    await clock.advance(4_999);
    expect(sent()).toEqual([true, true]);
    await clock.advance(1);
    expect([sent(), typing()]).toEqual([[true, true, false], []]);
  });

  test("ends at once when it is stopped, and nothing is said twice", async () => {
    const { ada, settle, sent, typing } = await two();
    ada.startTyping(ROOM);
    ada.stopTyping(ROOM);
    ada.stopTyping(ROOM);
    await settle();
    expect([sent(), typing()]).toEqual([[true, false], []]);
  });

  test("ends with the message that was typed", async () => {
    const { ada, settle, sent } = await two();
    ada.startTyping(ROOM);
    void ada.publish(ROOM, "said", "hello");
    await settle();
    expect(sent()).toEqual([true, false]);
  });

  test("of somebody who fell silent is believed for 6 s", async () => {
    const { ada, clock, typing, hub } = await two();
    ada.startTyping(ROOM);
    await clock.advance(0);
    hub.stall("ada");
    await clock.advance(5_999);
    expect(typing()).toEqual(["ada"]);
    await clock.advance(1);
    expect(typing()).toEqual([]);
  });

  test("is believed for 6 s from the last sign of it", async () => {
    const { ada, clock, typing, hub } = await two();
    ada.startTyping(ROOM);
    await clock.advance(4_000);
    ada.startTyping(ROOM);
    await clock.advance(0);
    hub.stall("ada");
    await clock.advance(5_999);
    expect(typing()).toEqual(["ada"]);
    await clock.advance(1);
    expect(typing()).toEqual([]);
  });

  test("that was forgotten at a loss and heard of again is believed as long as any", async () => {
    const { ada, clock, typing, hub } = await two();
    ada.startTyping(ROOM);
    await clock.advance(0);
    hub.cut("bob");
    await clock.advance(4_000);
    ada.startTyping(ROOM);
    await clock.advance(0);
    hub.stall("ada");
    await clock.advance(5_999);
    expect(typing()).toEqual(["ada"]);
  });

  test("ends with the typer's connection", async () => {
    const { ada, settle, typing } = await two();
    ada.startTyping(ROOM);
    await settle();
    await ada.disconnect();
    await settle();
    expect(typing()).toEqual([]);
  });

  test("names a user with two tabs once, and not oneself in another tab", async () => {
    const { ada, bob, client, settle, typing } = await two();
    const second = client("ada's phone", { provider: { user: { userId: "ada", name: "ada" } } }).realtime;
    second.channel(ROOM).join();
    await settle();
    ada.startTyping(ROOM);
    second.startTyping(ROOM);
    await settle();
    expect(typing()).toEqual(["ada"]);
    bob.startTyping(ROOM);
    await settle();
    expect(
      ada
        .channel(ROOM)
        .$typing.get()
        .map(({ userId }) => userId),
    ).toEqual(["bob"]);
  });

  test("of the others is forgotten while the connection is down", async () => {
    const { ada, bob, settle, hub, typing, clock } = await two();
    ada.startTyping(ROOM);
    await settle();
    hub.cut("bob");
    await settle();
    expect(typing()).toEqual([]);
    bob.dispose();
    ada.dispose();
    await clock.advance(10_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is not sent from a channel that is not joined", async () => {
    const { client, settle, asked } = createWorld();
    const { realtime } = client("ada");
    await realtime.connect();
    realtime.startTyping(ROOM);
    await settle();
    expect(asked("signal")).toEqual([]);
  });
});

describe("typingText", () => {
  test.each([
    [[], ""],
    [["Ann"], "Ann is typing…"],
    [["Ann", "Ben"], "Ann and Ben are typing…"],
    [["Ann", "Ben", "Cy"], "Several people are typing…"],
    [["Ann", "Ben", "Cy", "Di"], "Several people are typing…"],
  ])("says of %j: %j", (names, text) => {
    expect(typingText(names)).toBe(text);
  });
});
