import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";

async function connected() {
  const world = createWorld();
  const ada = world.client("ada");
  await ada.realtime.connect();
  return { ...world, ...ada };
}

describe("a channel", () => {
  test("is one object for all who ask for it", async () => {
    const { realtime } = await connected();
    expect(realtime.channel(ROOM)).toBe(realtime.channel(ROOM));
  });

  test("that two components use is joined once, and left with the last of them", async () => {
    const { realtime, clock, asked, hub } = await connected();
    const leaveFirst = realtime.channel(ROOM).join();
    const leaveSecond = realtime.channel(ROOM).join();
    await clock.advance(0);
    leaveFirst();
    await clock.advance(1_000);
    expect([asked("attach"), asked("detach")]).toMatchObject([[{ channel: ROOM }], []]);
    leaveSecond();
    await clock.advance(249);
    expect(hub.subscribers(ROOM)).toEqual(["ada"]);
    await clock.advance(1);
    expect(asked("detach")).toMatchObject([{ channel: ROOM }]);
    expect(realtime.channel(ROOM).$status.get()).toMatchObject({ phase: "idle" });
  });

  test("that is left twice by one component stays with the other", async () => {
    const { realtime, clock, hub } = await connected();
    const leave = realtime.channel(ROOM).join();
    realtime.channel(ROOM).join();
    leave();
    leave();
    await clock.advance(1_000);
    expect(hub.subscribers(ROOM)).toEqual(["ada"]);
  });

  test("that the next page takes within 250 ms is not left at all", async () => {
    const { realtime, clock, asked } = await connected();
    const leave = realtime.channel(ROOM).join();
    await clock.advance(0);
    leave();
    await clock.advance(249);
    const leaveAgain = realtime.channel(ROOM).join();
    await clock.advance(1_000);
    expect([asked("attach").length, asked("detach").length]).toEqual([1, 0]);
    leaveAgain();
    await clock.advance(250);
    expect(asked("detach")).toHaveLength(1);
  });

  test("that is left while it is still joining leaves no ghost", async () => {
    const { realtime, clock, hub } = await connected();
    hub.latencyMs = 200;
    const leave = realtime.channel(ROOM).join();
    await clock.advance(0);
    leave();
    await clock.advance(250 + 200);
    expect([hub.subscribers(ROOM), hub.members(ROOM)]).toEqual([[], []]);
    await clock.advance(2_000);
    expect(realtime.channel(ROOM).$status.get()).toMatchObject({ phase: "idle" });
  });

  test("says where it stands", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada");
    const channel = realtime.channel(NEWS);
    const seen: string[] = [];
    channel.$status.subscribe(({ phase, continuity }) => seen.push(`${phase} ${continuity}`));
    const leave = channel.join();
    await clock.advance(0);
    hub.cut();
    await clock.advance(1_000);
    leave();
    await clock.advance(250);
    expect(seen.filter((each, index) => each !== seen[index - 1])).toEqual([
      "idle stale",
      "joining stale",
      "joined recovering",
      "joined live",
      "joined stale",
      "joined recovering",
      "joined live",
      "idle stale",
    ]);
  });

  test("that the server refuses is denied, and is asked for again after a reconnect", async () => {
    const { realtime, hub, clock } = await connected();
    hub.revoke(ROOM);
    realtime.channel(ROOM).join();
    await clock.advance(60_000);
    expect(realtime.channel(ROOM).$status.get()).toMatchObject({ phase: "denied", error: { code: "forbidden" } });
    hub.grant(ROOM);
    hub.cut();
    await clock.advance(1_000);
    expect(realtime.channel(ROOM).$status.get()).toMatchObject({ phase: "joined" });
    expect(realtime.channel(ROOM).$status.get().error).toBe(undefined);
  });

  test("that the server ends is closed at once, and empty", async () => {
    const { realtime, hub, clock } = await connected();
    realtime.channel(ROOM).join();
    await clock.advance(0);
    hub.revoke(ROOM);
    await clock.advance(0);
    expect(realtime.channel(ROOM).$status.get()).toMatchObject({ phase: "closed", error: { code: "forbidden" } });
    expect(realtime.channel(ROOM).$members.get()).toEqual([]);
    hub.publish(ROOM, "said", "secret");
    await clock.advance(0);
    expect(realtime.channel(ROOM).messages("said").get()).toEqual([]);
  });

  test("is not joined by reading it", async () => {
    const { realtime, clock, asked } = await connected();
    const channel = realtime.channel(ROOM);
    for (const $atom of [
      channel.$status,
      channel.$members,
      channel.$me,
      channel.$typing,
      channel.messages("said"),
      channel.signals("cursor"),
    ]) {
      $atom.get();
      $atom.listen(() => {});
    }
    channel.on("said", () => {});
    await clock.advance(2_000);
    expect(asked("attach")).toEqual([]);
  });
});

describe("disconnect()", () => {
  test("releases everything on the wire, and others see the leave at once", async () => {
    const { realtime, client, hub, settle } = await connected();
    const left: string[] = [];
    client("bob")
      .realtime.presence(ROOM)
      .onLeave(({ userId }) => left.push(userId));
    realtime.channel(ROOM).join();
    await settle();
    await realtime.disconnect();
    await settle();
    expect([left, hub.clients, hub.subscribers(ROOM)]).toEqual([["ada"], ["bob"], ["bob"]]);
    expect(realtime.$connection.get()).toEqual({ status: "disconnected" });
    expect(realtime.channel(ROOM).$members.get()).toEqual([]);
  });

  test("keeps the leases of components, which rejoin at the next connect()", async () => {
    const { realtime, clock, hub } = await connected();
    const leave = realtime.channel(ROOM).join();
    await clock.advance(0);
    await realtime.disconnect();
    await clock.advance(60_000);
    expect(hub.subscribers(ROOM)).toEqual([]);
    await realtime.connect();
    await clock.advance(0);
    expect(hub.subscribers(ROOM)).toEqual(["ada"]);
    leave();
    await clock.advance(250);
    expect(hub.subscribers(ROOM)).toEqual([]);
  });

  test("ends the listeners that were made through the service, and no others", async () => {
    const { realtime, clock, hub } = await connected();
    const heard: string[] = [];
    realtime.subscribe(ROOM, "said", () => heard.push("service"));
    realtime.presence(ROOM).onJoin(() => heard.push("presence"));
    realtime.channel(NEWS).on("headline", () => heard.push("component"));
    realtime.channel(NEWS).join();
    await clock.advance(0);
    heard.length = 0;
    await realtime.disconnect();
    await clock.advance(1_000);
    await realtime.connect();
    await clock.advance(0);
    expect(hub.subscribers(ROOM)).toEqual([]);
    hub.publish(ROOM, "said", 1);
    hub.publish(NEWS, "headline", 1);
    await clock.advance(0);
    expect(heard).toEqual(["component"]);
  });

  test("is final until connect(): a join or a publish waits", async () => {
    const { realtime, clock, asked } = await connected();
    await realtime.disconnect();
    realtime.channel(ROOM).join();
    void realtime.publish(NEWS, "headline", 1);
    await clock.advance(60_000);
    expect(asked("connect")).toHaveLength(1);
    await realtime.connect();
    await clock.advance(0);
    expect(asked("publish")).toHaveLength(1);
    expect(asked("attach")).toHaveLength(1);
  });

  test("during a wait for the next attempt ends the wait", async () => {
    const { realtime, clock, hub, asked } = await connected();
    hub.cut();
    await clock.advance(0);
    await realtime.disconnect();
    await clock.advance(60_000);
    expect(asked("connect")).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });
});
