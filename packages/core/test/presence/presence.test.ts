import type { PresenceMember } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";

function watch(realtime: ReturnType<ReturnType<typeof createWorld>["client"]>["realtime"]) {
  const events: string[] = [];
  const presence = realtime.presence(ROOM);
  presence.onJoin(({ userId }) => events.push(`+${userId}`));
  presence.onLeave(({ userId }) => events.push(`-${userId}`));
  presence.onUpdate(({ userId, status }) => events.push(`~${userId} ${status}`));
  return events;
}

const names = (members: readonly PresenceMember[]) =>
  members.map(({ userId, unconfirmed }) => userId + (unconfirmed ? "?" : ""));

async function together(...others: string[]) {
  const world = createWorld();
  const ada = world.client("ada");
  const events = watch(ada.realtime);
  const channel = ada.realtime.channel(ROOM);
  await world.settle();
  const rest = others.map((name) => world.client(name));
  for (const { realtime } of rest) realtime.channel(ROOM).join();
  await world.settle();
  events.length = 0;
  return { ...world, ...ada, channel, events, rest: rest.map(({ realtime }) => realtime) };
}

describe("the members of a channel", () => {
  test("are told as they join, change and leave", async () => {
    const { client, events, clock } = await together();
    const bob = client("bob").realtime;
    const leave = bob.channel(ROOM).join();
    await clock.advance(0);
    bob.setPresenceState(ROOM, { status: "busy" });
    await clock.advance(0);
    leave();
    await clock.advance(250);
    expect(events).toEqual(["+bob", "~bob busy", "-bob"]);
  });

  test("carry what the server says of them and what they say of themselves", async () => {
    const { client, channel, clock } = await together();
    const joinedAtMs = clock.now();
    const bob = client("bob", { provider: { user: { userId: "bob", name: "Bob", avatar: "bob.png" } } }).realtime;
    bob.setPresenceState(ROOM, { status: "away", customState: { mood: "fine" } });
    bob.channel(ROOM).join();
    await clock.advance(0);
    expect(channel.$members.get().find(({ userId }) => userId === "bob")).toEqual({
      userId: "bob",
      name: "Bob",
      avatar: "bob.png",
      status: "away",
      joinedAt: new Date(joinedAtMs),
      customState: { mood: "fine" },
      connections: [
        expect.objectContaining({
          connectionId: expect.any(String),
          status: "away",
          customState: { mood: "fine" },
          updatedAt: new Date(joinedAtMs),
        }),
      ],
      unconfirmed: false,
    });
  });

  test("are users: two tabs are one member, who leaves with the last of them", async () => {
    const { client, channel, events, clock } = await together();
    const user = { userId: "bob", name: "Bob" };
    const [first, second] = ["tab 1", "tab 2"].map((tab) => client(tab, { provider: { user } }).realtime);
    const leaveFirst = first?.channel(ROOM).join();
    await clock.advance(0);
    const leaveSecond = second?.channel(ROOM).join();
    await clock.advance(0);
    expect(channel.$members.get().map(({ userId, connections }) => [userId, connections.length])).toEqual([
      ["ada", 1],
      ["bob", 2],
    ]);
    leaveFirst?.();
    await clock.advance(1_000);
    expect(events.filter((event) => !event.startsWith("~"))).toEqual(["+bob"]);
    leaveSecond?.();
    await clock.advance(1_000);
    expect(events.filter((event) => !event.startsWith("~"))).toEqual(["+bob", "-bob"]);
  });

  test("show the strongest status of their tabs, and the latest custom state", async () => {
    const { client, channel, clock } = await together();
    const user = { userId: "bob", name: "Bob" };
    const bob = () => channel.$members.get().find(({ userId }) => userId === "bob");
    const [phone, desk] = ["phone", "desk"].map((tab) => client(tab, { provider: { user } }).realtime);
    phone?.setPresenceState(ROOM, { status: "busy", customState: { at: "phone" } });
    phone?.channel(ROOM).join();
    await clock.advance(10);
    desk?.setPresenceState(ROOM, { status: "away", customState: { at: "desk" } });
    const leaveDesk = desk?.channel(ROOM).join();
    await clock.advance(10);
    expect(bob()).toMatchObject({ status: "away", customState: { at: "desk" } });
    phone?.setPresenceState(ROOM, { status: "online" });
    await clock.advance(10);
    expect(bob()).toMatchObject({ status: "online", customState: { at: "phone" } });
    phone?.setPresenceState(ROOM, { status: "busy" });
    leaveDesk?.();
    await clock.advance(1_000);
    expect(bob()).toMatchObject({ status: "busy", customState: { at: "phone" } });
  });

  test("can be read without listening", async () => {
    const { realtime } = await together("bob");
    expect(names(realtime.presence(ROOM).getMembers())).toEqual(["ada", "bob"]);
  });

  test("that nothing changes about stay the same objects", async () => {
    const { channel, rest, settle } = await together("bob", "cy");
    const before = channel.$members.get();
    rest[1]?.setPresenceState(ROOM, { status: "away" });
    await settle();
    const after = channel.$members.get();
    expect([after[0] === before[0], after[1] === before[1], after[2] === before[2]]).toEqual([true, true, false]);
  });

  test("are recovered after a change that never arrived", async () => {
    const { hub, channel, rest, events, settle, asked } = await together("bob");
    hub.dropNextPresence();
    rest[0]?.setPresenceState(ROOM, { status: "away" });
    await settle();
    rest[0]?.setPresenceState(ROOM, { status: "busy" });
    await settle();
    expect(channel.$members.get()[1]).toMatchObject({ userId: "bob", status: "busy" });
    expect(events).toEqual(["~bob busy"]);
    expect(asked("attach", "ada")).toHaveLength(2);
  });

  test("are nobody on a channel without presence", async () => {
    const { client, settle, asked } = createWorld();
    const { realtime } = client("ada");
    realtime.channel(NEWS).join();
    await settle();
    expect(realtime.channel(NEWS).$members.get()).toEqual([]);
    expect(asked("attach")[0]?.request.presence).toBe(undefined);
  });
});

describe("during a reconnect", () => {
  test("the members stay, unconfirmed, and nobody is said to have left or joined", async () => {
    const { hub, channel, events, clock } = await together("bob");
    const seen: string[][] = [];
    channel.$members.listen((members) => seen.push(names(members)));
    hub.cut("ada");
    await clock.advance(0);
    expect(names(channel.$members.get())).toEqual(["ada?", "bob?"]);
    await clock.advance(1_000);
    expect(names(channel.$members.get())).toEqual(["ada", "bob"]);
    expect(events).toEqual([]);
    expect(seen.every((members) => members.length === 2)).toBe(true);
  });

  test("my own state never blinks", async () => {
    const { hub, channel, clock } = await together();
    channel.setMyState({ status: "away", customState: { a: 1 } });
    const seen: unknown[] = [];
    channel.$me.listen((me) => seen.push(me));
    hub.cut();
    await clock.advance(1_000);
    expect(seen).toEqual([]);
    expect(hub.members(ROOM)[0]?.state).toEqual({ status: "away", customState: { a: 1 } });
  });

  test("who left meanwhile is told, once, when the members are known again", async () => {
    const { hub, rest, channel, events, clock } = await together("bob", "cy");
    hub.cut("ada");
    await rest[0]?.disconnect();
    await clock.advance(1_000);
    expect([events, names(channel.$members.get())]).toEqual([["-bob"], ["ada", "cy"]]);
  });

  test("others see nothing of somebody who is back within the grace, by whoever applies it", async () => {
    for (const presence of ["server", "driver"] as const) {
      const world = createWorld();
      const ada = world.client("ada", { provider: { presence } });
      const events = watch(ada.realtime);
      await world.settle();
      world.client("bob", { provider: { presence } }).realtime.channel(ROOM).join();
      await world.settle();
      world.hub.cut("bob");
      await world.clock.advance(20_000);
      expect([presence, events.filter((event) => event.includes("bob") && !event.startsWith("~"))]).toEqual([
        presence,
        ["+bob"],
      ]);
    }
  });

  test("a server that has just started is given time before the absent are said to have left", async () => {
    const { hub, rest, channel, events, clock } = await together("bob", "cy");
    await Promise.all(rest.map((realtime) => realtime.disconnect()));
    events.length = 0;
    rest[1]?.channel(ROOM);
    await rest[0]?.connect();
    await rest[1]?.connect();
    await clock.advance(0);
    events.length = 0;
    hub.settling = true;
    hub.cut("ada");
    await rest[0]?.disconnect();
    await clock.advance(1_000);
    expect([events, names(channel.$members.get())]).toEqual([[], ["ada", "bob?", "cy"]]);
    await clock.advance(14_999);
    expect(events).toEqual([]);
    await clock.advance(1);
    expect([events, names(channel.$members.get())]).toEqual([["-bob"], ["ada", "cy"]]);
  });

  test("somebody who comes back while the server settles is confirmed, by whichever connection", async () => {
    const { hub, rest, channel, events, clock } = await together("bob");
    hub.settling = true;
    hub.cut("ada");
    await rest[0]?.disconnect();
    await clock.advance(1_000);
    await rest[0]?.connect();
    await clock.advance(0);
    expect(names(channel.$members.get())).toEqual(["ada", "bob"]);
    await clock.advance(30_000);
    expect(events.filter((event) => !event.startsWith("~"))).toEqual([]);
  });
});

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
