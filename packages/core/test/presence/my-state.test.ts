import { describe, expect, test } from "vitest";
import { together } from "../support/together.js";
import { createWorld, ROOM } from "../support/world.js";

describe("my own state", () => {
  test("is online until I say otherwise", async () => {
    const { channel, hub } = await together();
    expect(channel.$me.get()).toEqual({ status: "online" });
    expect(hub.members(ROOM)[0]?.state).toEqual({ status: "online" });
  });

  test("changes by the keys that are given, and null takes a key away", async () => {
    const { realtime, channel, hub, settle } = await together();
    realtime.setPresenceState(ROOM, { customState: { a: 1, b: 2 } });
    channel.setMyState({ status: "busy" });
    channel.setMyState({ customState: { a: null, c: 3 } });
    await settle();
    const state = { status: "busy", customState: { b: 2, c: 3 } };
    expect([channel.$me.get(), hub.members(ROOM)[0]?.state]).toEqual([state, state]);
    channel.setMyState({ customState: { b: null, c: null } });
    await settle();
    expect(hub.members(ROOM)[0]?.state).toEqual({ status: "busy" });
  });

  test("set before joining goes along with the join", async () => {
    const { client, hub, settle, asked } = createWorld();
    const { realtime } = client("ada");
    realtime.setPresenceState(ROOM, { status: "away" });
    realtime.channel(ROOM).join();
    await settle();
    expect(hub.members(ROOM)[0]?.state.status).toBe("away");
    expect(asked("presence")).toEqual([]);
  });

  test("set while the join is under way reaches the others too", async () => {
    const { client, hub, clock } = createWorld({ latencyMs: 20 });
    const { realtime } = client("ada");
    void realtime.connect();
    await clock.advance(100);
    realtime.channel(ROOM).join();
    await clock.advance(30);
    realtime.setPresenceState(ROOM, { status: "away" });
    await clock.advance(100);
    expect(hub.members(ROOM)[0]?.state.status).toBe("away");
  });

  test("set while the connection is down reaches the others when it is back", async () => {
    const { channel, hub, clock } = await together();
    hub.cut();
    await clock.advance(0);
    channel.setMyState({ status: "busy" });
    await clock.advance(1_000);
    expect(hub.members(ROOM)[0]?.state.status).toBe("busy");
  });
});
