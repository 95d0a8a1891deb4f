import { describe, expect, test } from "vitest";
import { createWorld, NEWS } from "../support/world.js";
import { createWireWorld } from "../support/wire-world.js";

describe("messages()", () => {
  test("holds the messages of its event only, in order", async () => {
    const { client, hub, settle } = createWorld();
    const channel = client("ada").realtime.channel(NEWS);
    const $headlines = channel.messages("headline");
    channel.join();
    await settle();
    hub.publish(NEWS, "headline", 1);
    hub.publish(NEWS, "weather", 2);
    hub.publish(NEWS, "headline", 3);
    await settle();
    expect($headlines.get().map(({ data }) => data)).toEqual([1, 3]);
    expect(
      channel
        .messages("weather")
        .get()
        .map(({ data }) => data),
    ).toEqual([2]);
    expect(channel.messages("headline")).toBe($headlines);
  });

  test("is bounded to 1,000, the last ones", async () => {
    const { client, hub, settle } = createWorld();
    const channel = client("ada").realtime.channel(NEWS);
    const $messages = channel.messages("headline");
    channel.join();
    await settle();
    for (let count = 1; count <= 1_200; count += 1) hub.publish(NEWS, "headline", count);
    await settle();
    expect([$messages.get().length, $messages.get()[0]?.data, $messages.get().at(-1)?.data]).toEqual([
      1_000, 201, 1_200,
    ]);
  });

  test("and the status change together: no listener sees one without the other", async () => {
    const { client, hub, settle } = createWorld();
    const channel = client("ada").realtime.channel(NEWS);
    const $messages = channel.messages("headline");
    channel.join();
    await settle();
    const seen: unknown[] = [];
    $messages.listen((messages) => seen.push([messages.length, channel.$status.get().position]));
    channel.on("headline", () => seen.push(["heard", $messages.get().length]));
    hub.publish(NEWS, "headline", 1);
    await settle();
    expect(seen).toEqual([
      ["heard", 1],
      [1, expect.objectContaining({ offset: 1 })],
    ]);
  });

  test("has keys that are never used twice", async () => {
    const { client, hub, settle, clock } = createWorld();
    const channel = client("ada", { provider: { recovery: "none" } }).realtime.channel(NEWS);
    const $messages = channel.messages("headline");
    channel.join();
    await settle();
    for (let round = 0; round < 3; round += 1) {
      hub.publish(NEWS, "headline", round);
      await settle();
      hub.cut();
      await clock.advance(1_000);
    }
    const keys = $messages.get().map(({ key }) => key);
    expect(keys).toHaveLength(6);
    expect(new Set(keys).size).toBe(6);
  });
});

describe("what was said while nobody listened", () => {
  async function after(happen: (world: ReturnType<typeof createWorld>, leave: () => void) => Promise<void>) {
    const world = createWorld();
    const { realtime } = world.client("ada");
    const channel = realtime.channel(NEWS);
    const heard: unknown[] = [];
    channel.on("headline", ({ data }) => heard.push(data));
    const leave = channel.join();
    await world.settle();
    world.hub.publish(NEWS, "headline", 1);
    await world.settle();
    await happen(world, leave);
    channel.join();
    await world.settle();
    return [
      heard,
      channel
        .messages("headline")
        .get()
        .map(({ data }) => data),
    ];
  }

  test("is shown when the channel is joined again, and not announced", async () => {
    const outcome = await after(async ({ hub, clock }, leave) => {
      leave();
      await clock.advance(250);
      hub.publish(NEWS, "headline", 2);
    });
    expect(outcome).toEqual([[1], [1, 2]]);
  });

  test("is shown when access is given back, and not announced", async () => {
    const outcome = await after(async ({ hub, clock }) => {
      hub.revoke(NEWS);
      await clock.advance(0);
      hub.publish(NEWS, "headline", 2);
      hub.grant(NEWS);
      hub.cut();
      await clock.advance(1_000);
    });
    expect(outcome).toEqual([[1], [1, 2]]);
  });
});

describe("a message", () => {
  test("that was delivered before is not delivered again from a log of another epoch", async () => {
    const world = createWireWorld();
    const heard: unknown[] = [];
    world.realtime.subscribe(NEWS, "headline", ({ data }) => heard.push(data));
    await world.settle();
    await world.end.welcome();
    world.end.join(NEWS);
    world.end.send({ t: "msg", c: NEWS, e: "e", m: [[1, "a", "headline", "first", 0, 1]] });
    world.realtime.reconnect();
    await world.settle();
    await world.end.welcome();
    world.end.join(NEWS, {
      pos: ["f", 2, "b"],
      ok: false,
      m: [
        [1, "a", "headline", "first", 0, 1],
        [2, "b", "headline", "second", 0, 2],
      ],
    });
    await world.settle();
    expect(heard).toEqual(["first", "second"]);
    expect(world.realtime.channel(NEWS).$status.get()).toMatchObject({
      continuity: "gap",
      position: { epoch: "f", offset: 2 },
    });
  });

  test("of an earlier epoch that comes late is dropped", async () => {
    const world = createWireWorld();
    const heard: unknown[] = [];
    world.realtime.subscribe(NEWS, "headline", ({ data }) => heard.push(data));
    await world.settle();
    await world.end.welcome();
    world.end.join(NEWS, { pos: ["f", 0, ""] });
    world.end.send({ t: "msg", c: NEWS, e: "e", m: [[1, "a", "headline", "old", 0, 1]] });
    world.end.send({ t: "msg", c: NEWS, e: "f", m: [[1, "b", "headline", "new", 0, 1]] });
    await world.settle();
    expect(heard).toEqual(["new"]);
  });

  test("of the backfill is recovered before the channel is called live", async () => {
    const world = createWireWorld();
    const channel = world.realtime.channel(NEWS);
    channel.join();
    await world.settle();
    await world.end.welcome();
    world.end.join(NEWS, { pos: ["e", 2, "b"], m: [[1, "a", "headline", 1, 0, 1]], more: true });
    expect(channel.$status.get()).toMatchObject({ phase: "joined", continuity: "recovering", position: { offset: 1 } });
    expect(world.end.of("more")).toEqual([{ t: "more", r: world.end.of("sub")[0]?.r }]);
    world.end.send({
      t: "chunk",
      r: world.end.of("sub")[0]?.r ?? 0,
      m: [[2, "b", "headline", 2, 0, 2]],
      p: [],
      more: false,
    });
    expect(channel.$status.get()).toMatchObject({ phase: "joined", continuity: "live", position: { offset: 2 } });
    expect(world.end.of("more")).toHaveLength(1);
  });

  test("that arrived in part of a backfill is not asked for again", async () => {
    const world = createWireWorld();
    world.realtime.channel(NEWS).join();
    await world.settle();
    await world.end.welcome();
    world.end.join(NEWS, { pos: ["e", 2, "b"], m: [[1, "a", "headline", 1, 0, 1]], more: true });
    world.realtime.reconnect();
    await world.settle();
    await world.end.welcome();
    expect(world.end.of("sub")[0]?.since).toEqual(["e", 1, "a"]);
  });
});
