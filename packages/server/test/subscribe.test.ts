import { MAX_CHUNK_CHARS, type WirePosition } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import { ManualClock } from "./kit/manual-clock.js";
import { viewOf } from "./kit/view.js";
import { createEnv, createWorld, type FakeClient, type World } from "./kit/world.js";

const NEWS = "public:news";
const ROOM = "presence:room:1";

async function publish(world: World, count: number, text = "x", channel = NEWS): Promise<WirePosition> {
  let at: WirePosition = ["", 0, ""];
  for (let index = 0; index < count; index++) {
    const { position, id } = await world.core.publish(channel, "message", { text });
    at = [position.epoch, position.offset, id];
  }
  await world.after(10);
  return at;
}

async function joined(client: FakeClient, c: string, rest: Parameters<FakeClient["sub"]>[1] = {}) {
  const answer = await client.sub(c, rest);
  if (answer.t !== "joined") throw new Error(JSON.stringify(answer));
  return answer;
}

describe("the answer", () => {
  test("names the end of the log, and brings no messages unless asked", async () => {
    const world = createWorld();
    const at = await publish(world, 3);
    expect(await joined(await world.join("ada"), NEWS)).toMatchObject({
      c: NEWS,
      pos: at,
      ok: true,
      m: [],
      p: [],
      more: false,
    });
  });

  test("begins with the last messages when asked", async () => {
    const world = createWorld();
    await publish(world, 5);
    const ada = await world.join("ada");
    await joined(ada, NEWS, { last: 2 });
    await joined(ada, NEWS, { last: 100 });
    expect(ada.offsets(NEWS)).toEqual([4, 5, 1, 2, 3, 4, 5]);
  });

  test("continues after a position, without a gap", async () => {
    const world = createWorld();
    const since = await publish(world, 2);
    await publish(world, 3);
    const ada = await world.join("ada");
    expect((await joined(ada, NEWS, { since })).ok).toBe(true);
    expect(ada.offsets(NEWS)).toEqual([3, 4, 5]);
  });

  test("continues from the very beginning", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    const { pos } = await joined(ada, NEWS);
    await publish(world, 2);
    const bob = await world.join("bob");
    expect((await joined(bob, NEWS, { since: pos })).ok).toBe(true);
    expect(bob.offsets(NEWS)).toEqual([1, 2]);
  });

  test.each<[string, (at: WirePosition) => WirePosition]>([
    ["another epoch", ([, offset, id]) => ["other", offset, id]],
    ["an offset beyond the end", ([epoch, , id]) => [epoch, 99, id]],
    ["another message at that offset", ([epoch, offset]) => [epoch, offset, "other"]],
    ["another message at an earlier offset", ([epoch]) => [epoch, 2, "other"]],
    ["a message before the first", ([epoch]) => [epoch, 0, "other"]],
  ])("says that something is missing for %s, and sends what is retained", async (_what, change) => {
    const world = createWorld();
    const at = await publish(world, 3);
    const ada = await world.join("ada");
    expect((await joined(ada, NEWS, { since: change(at) })).ok).toBe(false);
    expect(ada.offsets(NEWS)).toEqual([1, 2, 3]);
  });

  test("says that something is missing exactly when a message after the position was trimmed", async () => {
    const world = createWorld({ history: { messages: 2 } });
    const first = await publish(world, 1);
    const second = await publish(world, 1);
    const third = await publish(world, 1);
    await publish(world, 2);
    for (const [since, ok, offsets] of [
      [first, false, [4, 5]],
      [second, false, [4, 5]],
      [third, true, [4, 5]],
    ] as const) {
      const ada = await world.join("ada");
      expect((await joined(ada, NEWS, { since })).ok).toBe(ok);
      expect(ada.offsets(NEWS)).toEqual(offsets);
    }
  });

  test("continues a log whose messages are all too old, and knows that none is missing", async () => {
    const world = createWorld();
    const since = await publish(world, 3);
    await world.after(24 * 3_600_000);
    const ada = await world.join("ada");
    expect(await joined(ada, NEWS, { since })).toMatchObject({ ok: true, pos: since });
  });

  test("comes in pieces of at most 64 KiB, each for a credit, and a larger message alone", async () => {
    const world = createWorld();
    await publish(world, 40, "y".repeat(6_000));
    await world.core.publish(NEWS, "message", { text: "z".repeat(65_400) });
    await publish(world, 3);
    const ada = await world.join("ada");
    ada.send({ t: "sub", r: 5, c: NEWS, last: 1_000 });
    await world.after(100);
    expect(ada.all("joined")).toHaveLength(1);
    expect(ada.all("chunk")).toEqual([]);
    while (ada.frames.at(-1)?.t !== "msg" && (ada.frames.at(-1) as { more?: boolean }).more) {
      ada.send({ t: "more", r: 5 });
      await world.after(0);
    }
    expect(ada.offsets(NEWS)).toEqual(Array.from({ length: 44 }, (_, index) => index + 1));
    const pieces = ada.frames.flatMap((frame, index) =>
      "more" in frame ? [{ frame, size: ada.sizes[index] as number }] : [],
    );
    const tooLarge = pieces.filter(({ size }) => size > MAX_CHUNK_CHARS);
    expect(tooLarge.every(({ frame }) => "m" in frame && frame.m.length === 1)).toBe(true);
    expect(pieces.length).toBeLessThan(9);
  });

  test("ignores a credit for a subscription that is gone", async () => {
    const world = createWorld();
    await publish(world, 40, "y".repeat(6_000));
    const ada = await world.join("ada");
    ada.send({ t: "sub", r: 1, c: NEWS, last: 1_000 });
    await world.after(0);
    ada.send({ t: "sub", r: 2, c: NEWS });
    await world.after(0);
    ada.clear();
    ada.send({ t: "more", r: 1 });
    ada.send({ t: "more", r: 77 });
    await world.after(0);
    expect(ada.frames).toEqual([]);
  });

  test("is replaced by that of a second sub of the same channel", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    await joined(ada, NEWS, { r: 1 });
    await joined(ada, NEWS, { r: 2 });
    ada.clear();
    await publish(world, 1);
    expect(ada.offsets(NEWS)).toEqual([1]);
    expect(world.core.stats().subscriptions).toBe(1);
  });

  test("answers a second copy of the same request not at all, so that the first answer stays true", async () => {
    const world = createWorld();
    await publish(world, 30, "y".repeat(6_000));
    const ada = await world.join("ada");
    for (const _copy of [1, 2]) ada.send({ t: "sub", r: 1, c: NEWS, last: 30 });
    await world.after(100);
    expect(ada.all("joined")).toHaveLength(1);
    for (let more = true; more; more = ada.all("chunk").at(-1)?.more ?? false) {
      ada.send({ t: "more", r: 1 });
      await world.after(0);
    }
    await world.core.publish(NEWS, "message", { text: "live" });
    await world.after(100);
    expect(ada.offsets(NEWS)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
  });

  test("that ends because it is filled too slowly shows nobody a leave, unless the client stays away", async () => {
    const world = createWorld({ history: { messages: 5 }, limits: { messagesPerMinute: 0 } });
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    await world.after(100);
    ada.bufferedBytes = 100_000;
    ada.send({ t: "sub", r: 9, c: ROOM, since: ["", 0, ""], last: 5 });
    await world.after(0);
    await publish(world, 20, "x", ROOM);
    ada.bufferedBytes = 0;
    await world.after(200);
    expect(ada.last("closed")).toMatchObject({ c: ROOM, code: "channel-closed" });
    const gone = () => bob.all("pres").flatMap(({ del }) => del);
    await world.after(4_500);
    expect(gone()).toEqual([]);
    await ada.sub(ROOM);
    await world.after(10_000);
    bob.send({ t: "pong", r: 1 });
    expect(gone()).toEqual([]);
    expect(viewOf(ROOM, bob).size).toBe(2);
  });

  test("says settling while members may not be back after a start", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    expect((await joined(ada, ROOM)).settling).toBe(true);
    await world.after(14_900);
    expect((await joined(await world.join("bob"), ROOM)).settling).toBe(true);
    await world.after(100);
    expect((await joined(await world.join("cyd"), ROOM)).settling).toBeUndefined();
  });

  test("is settling as long as promised, also when the clock is set back meanwhile", async () => {
    const clock = new ManualClock();
    let skewMs = 0;
    const skewed = { now: () => clock.now() + skewMs, after: (ms: number, run: () => void) => clock.after(ms, run) };
    const env = { ...createEnv(clock), clock: skewed };
    const world = createWorld({ env }, clock);
    skewMs = -600_000;
    await world.after(15_000);
    expect((await joined(await world.join("ada"), ROOM)).settling).toBeUndefined();
  });

  test("waits while the connection has much to send already, so that joining many channels is no slow reading", async () => {
    const world = createWorld();
    await publish(world, 20, "y".repeat(6_000));
    const ada = await world.join("ada");
    ada.bufferedBytes = 100_000;
    ada.send({ t: "sub", r: 1, c: NEWS, last: 100 });
    await world.after(200);
    expect(ada.all("joined")).toEqual([]);
    ada.bufferedBytes = 0;
    await world.after(20);
    expect(ada.all("joined")).toHaveLength(1);
  });
});

describe("leaving", () => {
  test("ends messages, presence and signals at once", async () => {
    const world = createWorld();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    ada.send({ t: "sig", c: ROOM, n: "cursor", d: [1, 2] });
    await world.after(100);
    bob.clear();
    ada.clear();
    ada.send({ t: "unsub", c: ROOM });
    await world.after(100);
    expect(bob.last("pres").del).toEqual([ada.welcome.conn]);
    expect(bob.last("sig").x).toEqual([ada.welcome.conn]);
    await bob.pub(ROOM, 1);
    expect(ada.frames).toEqual([]);
  });

  test("of a channel one is not on is harmless", async () => {
    const ada = await createWorld().join("ada");
    ada.send({ t: "unsub", c: "nonsense" });
    expect(ada.closedWith).toBeUndefined();
  });
});
