import { describe, expect, test } from "vitest";
import { memoryWorld, type MemoryWorld, news, room } from "./memory-world.js";

describe("joining", () => {
  test("gives position, presence and backfill of one instant, then says that it is live", async () => {
    const { connect, clock, hub } = memoryWorld();
    for (let n = 1; n <= 3; n++) hub.publish(room, "message", n);
    const ada = await connect("ada");
    ada.connection.attach(room, { recent: 2, presence: { status: "online" } });
    hub.publish(room, "message", 4);
    await clock.advance(0);
    hub.publish(room, "message", 5);
    await clock.advance(0);
    expect(ada.said.map(([what]) => what)).toEqual(["opened", "attached", "presence", "messages", "live", "messages"]);
    expect(ada.last("attached")?.[2]).toEqual({ continuous: true, position: hub.messages(room)[3]?.position });
    expect(ada.messages(room).map(({ data }) => data)).toEqual([3, 4, 5]);
  });

  test("sends a long backfill in pieces", async () => {
    const { connect, clock, hub } = memoryWorld();
    for (let n = 1; n <= 250; n++) hub.publish(news, "headline", n);
    const ada = await connect("ada");
    ada.connection.attach(news, { recent: 250 });
    await clock.advance(0);
    expect(ada.all("messages").map(([, , messages]) => messages.length)).toEqual([100, 100, 50]);
  });

  test("says nothing of an earlier join once it was left", async () => {
    const { connect, clock, hub } = memoryWorld(10);
    const ada = await connect("ada");
    await clock.advance(20);
    hub.publish(news, "headline", 1);
    ada.connection.attach(news, { recent: 1 });
    ada.connection.detach(news);
    ada.connection.attach(news, { recent: 0 });
    await clock.advance(100);
    expect(ada.all("attached")).toHaveLength(1);
    expect(ada.messages(news)).toEqual([]);
    expect(hub.subscribers(news)).toEqual(["ada"]);
  });

  test("replaces a join by another one without a leave", async () => {
    const { connect, clock, hub } = memoryWorld();
    const ada = await connect("ada");
    const bob = await connect("bob");
    for (const { connection } of [ada, bob]) connection.attach(room, { presence: { status: "online" } });
    await clock.advance(0);
    const before = bob.all("presence").length;
    ada.connection.attach(room, { presence: { status: "online" } });
    await clock.advance(0);
    expect(ada.all("live")).toHaveLength(2);
    expect(bob.all("presence")).toHaveLength(before);
    hub.publish(room, "message", 1);
    await clock.advance(0);
    expect(ada.messages(room)).toHaveLength(1);
  });
});

describe("recovering", () => {
  test.each(["offset", "cursor"] as const)("continues after a position (%s)", async (recovery) => {
    const { connect, clock, hub } = memoryWorld();
    const ada = await connect("ada", { recovery });
    hub.publish(news, "headline", 1);
    ada.connection.attach(news, { recent: 1 });
    await clock.advance(0);
    const since = ada.messages(news)[0]?.position;
    if (!since) throw new Error("a message of this provider has a position");
    ada.connection.detach(news);
    hub.publish(news, "headline", 2);
    hub.publish(news, "headline", 3);
    ada.connection.attach(news, { since });
    await clock.advance(0);
    expect(ada.last("attached")?.[2].continuous).toBe(true);
    expect(ada.messages(news).map(({ data }) => data)).toEqual([1, 2, 3]);
  });

  test("counts positions only where they are counted", async () => {
    const { connect, clock, hub } = memoryWorld();
    hub.publish(news, "headline", 1);
    const positionOf = async (recovery: "offset" | "cursor" | "none") => {
      const recording = await connect(recovery, { recovery });
      recording.connection.attach(news, {});
      await clock.advance(0);
      return recording.last("attached")?.[2].position;
    };
    const [offset, cursor, none] = [await positionOf("offset"), await positionOf("cursor"), await positionOf("none")];
    expect(offset).toEqual({ epoch: expect.any(String), offset: 1, id: "message-1" });
    expect(cursor).toEqual({ cursor: expect.not.stringContaining("message-1") });
    expect(none).toBeUndefined();
  });

  const breaks = {
    "a trimmed log": ({ hub }: MemoryWorld) => {
      hub.publish(news, "headline", 2);
      hub.publish(news, "headline", 3);
      hub.trim(news, 1);
    },
    "a new epoch": ({ hub }: MemoryWorld) => hub.newEpoch(news),
  };

  test.each(Object.entries(breaks))("says that it is not continuous after %s", async (_, strike) => {
    const world = memoryWorld();
    world.hub.publish(news, "headline", 1);
    const since = world.hub.messages(news)[0]?.position;
    strike(world);
    const ada = await world.connect("ada");
    ada.connection.attach(news, since ? { since } : {});
    await world.clock.advance(0);
    expect(ada.last("attached")?.[2].continuous).toBe(false);
  });

  test("takes a position beyond the end, or with another message's id, for one of another log", async () => {
    const { connect, clock, hub } = memoryWorld();
    for (const n of [1, 2]) hub.publish(news, "headline", n);
    const [first, last] = hub.messages(news);
    if (!first || !last) throw new Error("the hub keeps what was published");
    const ada = await connect("ada");
    for (const since of [
      { ...last.position, offset: 3 },
      { ...last.position, id: "another" },
      { ...first.position, id: "another" },
    ]) {
      ada.connection.attach(news, { since });
      await clock.advance(0);
      expect(ada.last("attached")?.[2].continuous).toBe(false);
    }
  });

  test("remembers the last message when it is trimmed", async () => {
    const { connect, clock, hub } = memoryWorld();
    hub.publish(news, "headline", 1);
    const [last] = hub.messages(news);
    hub.trim(news);
    const ada = await connect("ada");
    ada.connection.attach(news, last ? { since: { ...last.position, id: "another" } } : {});
    await clock.advance(0);
    expect(ada.last("attached")?.[2].continuous).toBe(false);
  });

  test("a trimmed log still continues where nothing is missing", async () => {
    const { connect, clock, hub } = memoryWorld();
    for (const n of [1, 2]) hub.publish(news, "headline", n);
    const since = hub.messages(news)[1]?.position;
    hub.trim(news);
    const ada = await connect("ada");
    ada.connection.attach(news, since ? { since } : {});
    await clock.advance(0);
    expect(ada.last("attached")?.[2].continuous).toBe(true);
  });
});
