import { timeline, type TimelineItem } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS } from "../support/world.js";
import { createWireWorld, type WireWorld } from "../support/wire-world.js";

const shown = (items: readonly TimelineItem[]) =>
  items.map((item) =>
    item.type === "pending" ? `${item.data} ${item.state}` : item.type === "gap" ? "gap" : item.data,
  );

/** Attune's own server, played by hand. */
async function joined(): Promise<
  WireWorld & { $timeline: ReturnType<typeof timeline>; seen: (readonly TimelineItem[])[] }
> {
  const world = createWireWorld();
  const $timeline = timeline(world.realtime, NEWS, "headline");
  const seen: (readonly TimelineItem[])[] = [];
  $timeline.subscribe((items) => seen.push(items));
  world.realtime.channel(NEWS).join();
  await world.settle();
  await world.end.welcome();
  world.end.join(NEWS);
  return Object.assign(Object.create(world) as WireWorld, { $timeline, seen });
}

const echo = (world: WireWorld, offset: number, data: unknown) => {
  const pub = world.end.of("pub").find((frame) => frame.d === data);
  if (!pub) throw new Error("It was not published.");
  world.end.send({
    t: "msg",
    c: NEWS,
    e: "e",
    m: [[offset, `ada:${pub.p}:${pub.s}`, "headline", data, ["ada", "Ada"], 1]],
  });
  return pub;
};

describe("a timeline", () => {
  test("shows my unsent messages after those that were delivered", async () => {
    const { client, hub, settle } = createWorld();
    const { realtime, env } = client("ada");
    const $timeline = timeline(realtime, NEWS, "headline");
    realtime.channel(NEWS).join();
    await settle();
    hub.publish(NEWS, "headline", "theirs");
    await settle();
    env.network.set(false);
    void realtime.publish(NEWS, "headline", "mine");
    void realtime.publish(NEWS, "weather", "something else");
    void realtime.publish("public:other", "headline", "elsewhere");
    expect(shown($timeline.get())).toEqual(["theirs", "mine queued"]);
  });

  test("shows a message under one key from queued to delivered, and never twice", async () => {
    const world = await joined();
    const ack = world.realtime.publish(NEWS, "headline", "mine");
    await world.settle();
    const pub = echo(world, 1, "mine");
    await world.settle();
    world.end.ack(pub, 1);
    await ack;
    await world.settle();
    const states = world.seen
      .map((items) => items.map(({ type, key }) => `${type} ${key}`))
      .filter((items) => items.length > 0);
    expect(states.every((items) => items.length === 1)).toBe(true);
    expect(new Set(states.flat().map((item) => item.split(" ")[1])).size).toBe(1);
    expect(world.$timeline.get()).toMatchObject([{ type: "message", data: "mine", sender: { userId: "ada" } }]);
  });

  test("never loses sight of a message whose acknowledgement comes before its echo", async () => {
    // With Attune's server the ack does come first: it is sent after the append, the echo with the next flush.
    const world = await joined();
    void world.realtime.publish(NEWS, "headline", "mine");
    await world.settle();
    const [pub] = world.end.of("pub");
    if (pub) world.end.ack(pub, 1);
    await world.settle();
    echo(world, 1, "mine");
    await world.settle();
    const first = world.seen.findIndex((items) => items.length > 0);
    expect(world.seen.slice(first).map((items) => items.length)).not.toContain(0);
  });

  test("keeps nothing that was acknowledged on a channel that nobody joined, or that fell into a gap", async () => {
    const world = createWireWorld();
    const $timeline = timeline(world.realtime, NEWS, "headline");
    $timeline.subscribe(() => {});
    void world.realtime.publish(NEWS, "headline", "unheard");
    await world.settle();
    await world.end.welcome();
    const [first] = world.end.of("pub");
    if (first) world.end.ack(first, 1);
    await world.settle();
    expect($timeline.get()).toEqual([]);

    world.realtime.channel(NEWS).join();
    await world.settle();
    world.end.join(NEWS);
    void world.realtime.publish(NEWS, "headline", "lost");
    await world.settle();
    const second = world.end.of("pub")[1];
    if (second) world.end.ack(second, 2);
    await world.settle();
    expect(shown($timeline.get())).toEqual(["lost sending"]);
    world.end.send({ t: "closed", c: NEWS, code: "channel-closed", msg: "The log was interrupted." });
    await world.clock.advance(1_000);
    world.end.join(NEWS, { ok: false });
    await world.settle();
    expect(shown($timeline.get())).toEqual(["gap"]);
  });

  test("shows a message of an anonymous client under one key too", async () => {
    const world = createWireWorld();
    const $timeline = timeline(world.realtime, NEWS, "headline");
    const keys = new Set<string>();
    $timeline.subscribe((items) => items.forEach(({ key }) => keys.add(key)));
    world.realtime.channel(NEWS).join();
    void world.realtime.publish(NEWS, "headline", "mine");
    await world.settle();
    await world.end.welcome({ user: null });
    world.end.join(NEWS);
    const [pub] = world.end.of("pub");
    world.end.send({ t: "msg", c: NEWS, e: "e", m: [[1, `:${pub?.p}:${pub?.s}`, "headline", "mine", ["", ""], 1]] });
    if (pub) world.end.ack(pub, 1);
    await world.settle();
    expect([keys.size, $timeline.get().length]).toEqual([1, 1]);
  });

  test("does not take somebody else's message for mine, whatever its id", async () => {
    const world = await joined();
    void world.realtime.publish(NEWS, "headline", "mine");
    await world.settle();
    const [pub] = world.end.of("pub");
    world.end.send({
      t: "msg",
      c: NEWS,
      e: "e",
      m: [[1, `bob:${pub?.p}:${pub?.s}`, "headline", "Bob's", ["bob", "Bob"], 1]],
    });
    expect(shown(world.$timeline.get())).toEqual(["Bob's", "mine sending"]);
  });

  test("keeps a failed message at the end, with its error, until it is discarded", async () => {
    const { client, hub, settle } = createWorld();
    const { realtime } = client("ada");
    const $timeline = timeline(realtime, NEWS, "headline");
    realtime.channel(NEWS).join();
    await settle();
    hub.rejectNextPublish("forbidden");
    void realtime.publish(NEWS, "headline", "mine");
    await settle();
    hub.publish(NEWS, "headline", "theirs");
    await settle();
    expect(shown($timeline.get())).toEqual(["theirs", "mine failed"]);
    const [, failed] = $timeline.get();
    expect(failed).toMatchObject({ type: "pending", error: { code: "refused" } });
    realtime.discard((failed as { id: string }).id);
    expect(shown($timeline.get())).toEqual(["theirs"]);
  });

  test("shows a message once where core puts it in itself", async () => {
    const { client, settle } = createWorld();
    const { realtime } = client("ada", { provider: { recovery: "none" } });
    const $timeline = timeline(realtime, NEWS, "headline");
    const seen: unknown[][] = [];
    $timeline.subscribe((items) => seen.push(items.map(({ key }) => key)));
    realtime.channel(NEWS).join();
    await settle();
    void realtime.publish(NEWS, "headline", "mine");
    await settle();
    const first = seen.findIndex((keys) => keys.length > 0);
    expect(seen.slice(first).every((keys) => keys.length === 1 && keys[0] === seen[first]?.[0])).toBe(true);
    expect($timeline.get()).toMatchObject([{ type: "message", data: "mine", sender: { userId: "ada" } }]);
  });
});
