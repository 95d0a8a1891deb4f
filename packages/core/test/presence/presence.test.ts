import { describe, expect, test } from "vitest";
import { names, together } from "../support/together.js";
import { createWorld, NEWS, ROOM } from "../support/world.js";

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

  test("are told by the channel's own notices too", async () => {
    const { channel, rest, clock } = await together("bob");
    const told: string[] = [];
    const ends = (["member_joined", "member_left", "member_updated"] as const).map((notice) =>
      channel.on(notice, ({ userId }) => told.push(`${notice} ${userId}`)),
    );
    rest[0]?.setPresenceState(ROOM, { status: "away" });
    await rest[0]?.disconnect();
    await rest[0]?.connect();
    await clock.advance(0);
    expect(told).toEqual(["member_updated bob", "member_left bob", "member_joined bob"]);
    for (const end of ends) end();
    await rest[0]?.disconnect();
    await clock.advance(0);
    expect(told).toHaveLength(3);
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

  test("without me are the others, in whichever tab I am", async () => {
    const { channel, client, settle } = await together("bob");
    client("my phone", { provider: { user: { userId: "ada", name: "Ada" } } })
      .realtime.channel(ROOM)
      .join();
    await settle();
    expect([names(channel.$members.get()), names(channel.$others.get())]).toEqual([["ada", "bob"], ["bob"]]);
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
