import { describe, expect, test } from "vitest";
import { HIDDEN, VISIBLE } from "../src/core.js";
import { createWorld, type FakeClient, settle, type World } from "./kit/world.js";

const ROOM = "presence:room:1";

async function hidden(world: World, token: string): Promise<FakeClient> {
  const client = world.dial();
  client.hello(token, undefined, false);
  await settle();
  return client;
}

describe("liveness", () => {
  test("adds up to what is promised: a ghost is gone within 15 s, or 50 s when it was hidden", () => {
    const graceMs = 5_000;
    expect(VISIBLE.askMs + VISIBLE.answerMs + graceMs).toBeLessThanOrEqual(15_000);
    expect(HIDDEN.askMs + HIDDEN.answerMs + graceMs).toBeLessThanOrEqual(50_000);
  });

  test("asks a visible client after 6 s of silence, and cuts it 3 s later", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    await world.after(5_999);
    expect(ada.all("ping")).toEqual([]);
    await world.after(1);
    expect(ada.all("ping")).toEqual([{ t: "ping", r: 1 }]);
    await world.after(2_999);
    expect(ada.closedWith).toBeUndefined();
    await world.after(1);
    expect(ada.closedWith?.code).toBe(4002);
  });

  test("asks a hidden client every 25 s, and gives it 20 s", async () => {
    const world = createWorld();
    const ada = await hidden(world, "ada");
    await world.after(25_000);
    expect(ada.all("ping")).toHaveLength(1);
    ada.send({ t: "pong", r: 1 });
    await world.after(25_000);
    expect(ada.all("ping")).toHaveLength(2);
    await world.after(19_999);
    expect(ada.closedWith).toBeUndefined();
    await world.after(1);
    expect(ada.closedWith?.code).toBe(4002);
  });

  test("takes any frame for life", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    for (let second = 0; second < 60; second += 5) {
      ada.send({ t: "unsub", c: "public:none" });
      await world.after(5_000);
    }
    expect(ada.all("ping")).toEqual([]);
    await world.after(1_000);
    ada.send({ t: "pong", r: 1 });
    await world.after(8_000);
    expect(ada.closedWith).toBeUndefined();
  });

  test("follows the page: hidden when it hides, visible when it shows", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    ada.send({ t: "vis", v: false });
    await world.after(24_999);
    expect(ada.all("ping")).toEqual([]);
    ada.send({ t: "vis", v: true });
    await world.after(9_000);
    expect(ada.closedWith?.code).toBe(4002);
  });

  test("answers a ping at once with the time, also while a frame before it is being worked on", async () => {
    const world = createWorld({ canAccessChannel: () => new Promise(() => {}) });
    const ada = await world.join("ada");
    ada.send({ t: "sub", r: 1, c: "public:a" });
    ada.send({ t: "ping", r: 7 });
    expect(ada.last("pong")).toEqual({ t: "pong", r: 7, now: world.clock.now() });
  });

  test.each([
    [true, 15_000],
    [false, 50_000],
  ])("removes a ghost (visible: %s) within %i ms", async (isVisible, ms) => {
    const world = createWorld();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ghost = world.dial();
    ghost.hello("ghost", undefined, isVisible);
    await settle();
    await ghost.sub(ROOM);
    await world.after(50);
    bob.clear();
    for (let waitedMs = 50; waitedMs < ms; waitedMs += 1_000) {
      bob.send({ t: "ping", r: 0 });
      await world.after(1_000);
    }
    expect(bob.all("pres").flatMap(({ del }) => del)).toEqual([ghost.welcome.conn]);
  });
});

describe("a slow consumer", () => {
  test("is told, and cut, when more than 1 MiB waits for it; others notice nothing", async () => {
    const world = createWorld();
    const slow = await world.join("ada");
    const quick = await world.join("bob");
    for (const client of [slow, quick]) await client.sub("public:a");
    slow.bufferedBytes = 1_048_577;
    await world.core.publish("public:a", "m", 1);
    await world.core.publish("public:a", "m", 2);
    await world.after(10);
    expect(slow.last("bye").code).toBe(4001);
    expect(slow.closedWith?.code).toBe(4001);
    expect(quick.offsets("public:a")).toEqual([1, 2]);
    expect(world.core.stats()).toMatchObject({ slowConsumers: 1, subscriptions: 1 });
  });

  test("resumes from where it was", async () => {
    const world = createWorld();
    const slow = await world.join("ada");
    await slow.sub("public:a");
    await world.core.publish("public:a", "m", 1);
    await world.after(10);
    const [offset, id] = slow.last("msg").m[0] as unknown as [number, string];
    slow.bufferedBytes = 2_000_000;
    for (let n = 2; n < 50; n++) await world.core.publish("public:a", "m", n);
    await world.after(10);
    const back = await world.join("ada", slow.welcome.s);
    expect(await back.sub("public:a", { since: [slow.last("msg").e, offset, id] })).toMatchObject({ ok: true });
    expect(back.welcome.resumed).toBe(true);
    expect(new Set([...slow.offsets("public:a"), ...back.offsets("public:a")]).size).toBe(49);
  });
});

describe("closing", () => {
  test("says goodbye with a slot to come back in, and takes nobody any more", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    const nameless = world.dial();
    await ada.sub(ROOM);
    await world.core.close();
    expect(ada.last("bye")).toEqual({ t: "bye", code: 4000, msg: "The server is closing.", after: 1_000 });
    expect(nameless.closedWith?.code).toBe(4000);
    expect(world.dial().last("bye").code).toBe(4000);
    await expect(world.core.publish("public:a", "m", 1)).rejects.toMatchObject({ code: "server-draining" });
    expect(world.core.stats()).toMatchObject({ connections: 0, sessions: 0, channels: 0 });
    expect(world.clock.pending).toBe(0);
    await world.core.close();
  });

  test("waits for what is being appended", async () => {
    let commit: () => void = () => {};
    const inner = createWorld().core.settings.broker.connect();
    const world = createWorld({
      broker: {
        connect: () =>
          Object.assign(Object.create(inner) as typeof inner, {
            open: inner.open.bind(inner),
            leave: () => {},
            append: () =>
              new Promise((resolve) => {
                commit = () =>
                  resolve({
                    outcome: "stored",
                    position: { epoch: "e", offset: 1, id: "x" },
                    timestampMs: 1,
                    isRepeat: false,
                  });
              }),
          }),
      },
    });
    const ada = await world.join("ada");
    ada.send({ t: "pub", c: "public:a", p: "p", s: 1, b: 0, n: "m", d: 1 });
    await settle();
    let isClosed = false;
    const closing = world.core.close().then(() => void (isClosed = true));
    await settle();
    expect(isClosed).toBe(false);
    commit();
    await closing;
  });
});
