import { isRealtimeError } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";

describe("dispose()", () => {
  test("rejects what is not settled with `disposed`", async () => {
    const { client } = createWorld();
    const { realtime, env } = client("ada");
    env.network.set(false);
    const outcomes = [realtime.publish(NEWS, "headline", 1), realtime.publish(ROOM, "said", 2), realtime.connect()].map(
      (promise) => promise.catch((error) => error),
    );
    realtime.dispose();
    const [first, second, connecting] = await Promise.all(outcomes);
    expect([
      isRealtimeError(first, "disposed"),
      isRealtimeError(second, "disposed"),
      isRealtimeError(connecting, "disposed"),
    ]).toEqual([true, true, true]);
  });

  test("says goodbye on the wire", async () => {
    const { client, hub, settle, asked } = createWorld();
    const { realtime } = client("ada");
    realtime.channel(ROOM).join();
    await settle();
    realtime.dispose();
    await settle();
    expect([hub.clients, hub.members(ROOM), asked("close").at(-1)]).toMatchObject([[], [], { goodbye: true }]);
  });

  test("leaves no timer, whatever was under way", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime, env } = client("ada");
    const leave = realtime.channel(ROOM).join();
    realtime.subscribe(NEWS, "headline", () => {});
    await clock.advance(0);
    realtime.startTyping(ROOM);
    realtime.signal(ROOM, "cursor", 1);
    realtime.signal(ROOM, "cursor", 2);
    realtime.channel("presence:room:2").startTyping();
    for (let value = 0; value < 30; value += 1) void realtime.publish(NEWS, "headline", value);
    hub.settling = true;
    hub.cut();
    await clock.advance(1_000);
    leave();
    realtime.dispose();
    await clock.advance(0);
    expect([clock.pendingTimers, env.network.listeners, env.page.listeners]).toEqual([0, 0, 0]);
  });

  test("is the end: whatever is asked of it says so, and nothing connects", async () => {
    const { client, asked, settle, clock } = createWorld();
    const { realtime } = client("ada");
    const channel = realtime.channel(ROOM);
    realtime.dispose();
    expect(() => realtime.channel(ROOM)).toThrow(expect.objectContaining({ code: "disposed" }));
    expect(() => realtime.subscribe(ROOM, "said", () => {})).toThrow(expect.objectContaining({ code: "disposed" }));
    expect(isRealtimeError(await channel.publish("said", 1).catch((error) => error), "disposed")).toBe(true);
    channel.join()();
    channel.startTyping();
    realtime.reconnect();
    expect(clock.pendingTimers).toBe(0);
    await settle();
    expect([asked("connect"), realtime.getConnectionState()]).toEqual([[], "disconnected"]);
  });

  test("twice is once", async () => {
    const { client, asked, settle } = createWorld();
    const { realtime } = client("ada");
    await realtime.connect();
    realtime.dispose();
    realtime.dispose();
    await realtime.disconnect();
    await settle();
    expect(asked("close")).toHaveLength(1);
  });

  test("tells no listener anything afterwards", async () => {
    const { client, clock, hub } = createWorld();
    const { realtime } = client("ada");
    const heard: unknown[] = [];
    realtime.on("error", (error) => heard.push(error));
    realtime.on("connection_restored", (notice) => heard.push(notice));
    realtime.subscribe(NEWS, "headline", (message) => heard.push(message));
    await clock.advance(0);
    realtime.dispose();
    hub.publish(NEWS, "headline", 1);
    await clock.advance(60_000);
    expect(heard).toEqual([]);
  });
});

describe("10,000 mounts and unmounts", () => {
  test("leave no listener, timer or subscription behind", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime, env } = client("ada");
    await realtime.connect();
    const idle = clock.pendingTimers;
    const $members = realtime.channel(ROOM).$members;
    for (let count = 0; count < 10_000; count += 1) {
      const channel = realtime.channel(ROOM);
      const ends = [
        channel.join(),
        channel.on("said", () => {}),
        channel.$members.listen(() => {}),
        realtime.subscribe(ROOM, "said", () => {}),
        realtime.presence(ROOM).onJoin(() => {}),
        realtime.onConnectionChange(() => {}),
        realtime.on("error", () => {}),
      ];
      for (const end of ends) end();
    }
    await clock.advance(250);
    expect([clock.pendingTimers, $members.lc, realtime.$connection.lc, env.page.listeners]).toEqual([idle, 0, 0, 1]);
    expect([hub.subscribers(ROOM), hub.received.filter(({ type }) => type === "attach").length]).toEqual([[], 1]);
    realtime.dispose();
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test("of as many different channels keep none of them", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada");
    await realtime.connect();
    const idle = clock.pendingTimers;
    for (let count = 0; count < 1_000; count += 1) {
      const leave = realtime.channel(`presence:room:${count}`).join();
      leave();
    }
    await clock.advance(250);
    expect(clock.pendingTimers).toBe(idle);
    expect(Array.from({ length: 1_000 }, (_, count) => hub.subscribers(`presence:room:${count}`).length)).toEqual(
      Array(1_000).fill(0),
    );
  });
});
