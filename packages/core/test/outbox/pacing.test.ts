import { DEFAULT_LIMITS } from "@attune/core";
import { seededRandom } from "@attune/testing";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";

async function connected(options = {}) {
  const world = createWorld();
  const ada = world.client("ada", { queue: { max: 10_000 }, ...options });
  await ada.realtime.connect();
  const flood = (count: number, channel = NEWS) => {
    for (let value = 0; value < count; value += 1) void ada.realtime.publish(channel, "headline", value);
  };
  return { ...world, ...ada, flood };
}

describe("the pace of publishing", () => {
  test("is 10 at once and 10 a second per channel, the excess waits its turn", async () => {
    const { hub, clock, flood } = await connected();
    flood(30);
    await clock.advance(0);
    expect(hub.messages(NEWS)).toHaveLength(10);
    await clock.advance(1_000);
    expect(hub.messages(NEWS)).toHaveLength(20);
    await clock.advance(1_000);
    expect(hub.messages(NEWS).map(({ data }) => data)).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  test("is counted for each channel alone", async () => {
    const { hub, clock, flood } = await connected();
    flood(30);
    flood(30, ROOM);
    await clock.advance(0);
    expect([hub.messages(NEWS).length, hub.messages(ROOM).length]).toEqual([10, 10]);
  });

  test("has another limit, or none, where the app says so", async () => {
    const slow = await connected({ queue: { perSecond: 2, max: 100 } });
    slow.flood(10);
    await slow.clock.advance(1_000);
    expect(slow.hub.messages(NEWS)).toHaveLength(4);
    const free = await connected({ queue: { perSecond: 0, max: 1_000 } });
    free.flood(100);
    await free.clock.advance(0);
    expect(free.hub.messages(NEWS)).toHaveLength(100);
  });

  test("keeps within what the server allows per minute, over all channels", async () => {
    const { hub, clock, flood } = await connected({
      provider: { limits: { ...DEFAULT_LIMITS, messagesPerMinute: 6 } },
    });
    flood(5);
    flood(5, ROOM);
    const count = () => hub.messages(NEWS).length + hub.messages(ROOM).length;
    await clock.advance(0);
    expect(count()).toBe(6);
    await clock.advance(9_999);
    expect(count()).toBe(6);
    await clock.advance(1);
    expect(count()).toBe(7);
    await clock.advance(30_000);
    expect(count()).toBe(10);
  });

  test("has no more in flight than the server can tell apart", async () => {
    const { hub, clock, flood, asked } = await connected({ queue: { perSecond: 0, max: 1_000 } });
    hub.latencyMs = 10;
    flood(300);
    await clock.advance(10);
    expect(asked("publish").length).toBeLessThan(256);
    await clock.advance(1_000);
    expect(hub.messages(NEWS)).toHaveLength(300);
  });

  test("needs one timer, and none when nothing waits", async () => {
    const { realtime, clock, flood } = await connected();
    flood(30);
    flood(30, ROOM);
    await clock.advance(10_000);
    expect(realtime.$queue.get()).toEqual([]);
    await realtime.disconnect();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe.each([1, 2, 3, 4, 5, 6, 7, 8])("under faults of every kind (seed %i)", (seed) => {
  test("nothing acknowledged is lost, nothing doubled, the order kept, and every publish settles", async () => {
    const random = seededRandom(seed);
    const { hub, clock, realtime, env } = await connected({
      queue: { max: 12, perSecond: 0 },
      reconnect: { maxAttempts: Infinity },
    });
    const heard: number[] = [];
    realtime.subscribe(NEWS, "headline", ({ data }) => heard.push(data as number));
    await clock.advance(0);
    hub.latencyMs = 15;
    const outcomes = new Map<number, string>();
    const faults = [
      () => hub.cut(),
      () => hub.dropNextAck(),
      () => hub.dropNextMessage(),
      () => hub.doubleNextMessage(),
      () => hub.rejectNextPublish("internal-error"),
      () => hub.rejectNextPublish("forbidden"),
      () => hub.refuse({ times: 1 }),
      () => env.network.set(false),
      () => env.network.set(true),
    ];
    for (let value = 0; value < 100; value += 1) {
      realtime.publish(NEWS, "headline", value).then(
        () => outcomes.set(value, "acked"),
        (error) => outcomes.set(value, error.code),
      );
      if (random() < 0.3) faults[Math.floor(random() * faults.length)]?.();
      await clock.advance(Math.floor(random() * 60));
    }
    env.network.set(true);
    for (let round = 0; round < 5; round += 1) {
      hub.publish(NEWS, "headline", -1 - round);
      await clock.advance(40_000);
    }
    hub.cut();
    await clock.advance(120_000);
    const log = hub
      .messages(NEWS)
      .map(({ data }) => data as number)
      .filter((value) => value >= 0);
    expect(log).toEqual([...new Set(log)].sort((a, b) => a - b));
    expect(outcomes.size).toBe(100);
    for (const [value, outcome] of outcomes) {
      if (outcome === "acked") expect(log).toContain(value);
      if (outcome === "overflow") expect(log).not.toContain(value);
    }
    expect(heard.filter((value) => value >= 0)).toEqual(log);
    expect(
      [...new Set(outcomes.values())].every((outcome) =>
        ["acked", "overflow", "outcome-unknown", "refused"].includes(outcome),
      ),
    ).toBe(true);
  });
});
