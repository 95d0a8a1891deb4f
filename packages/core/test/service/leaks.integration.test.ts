/** Nothing stays behind in the client: no listener, no timer, no byte to speak of. */
import { heapSlope } from "@attune/testing";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";

/** What an operation may leave behind at most. */
const MAX_BYTES = 10;
const PER_RUN = 100;

async function connected() {
  const world = createWorld();
  const ada = world.client("ada");
  void ada.realtime.connect();
  await world.settle();
  /** The hub writes down all that it is asked. */
  const forget = () => void ((world.hub.received as unknown[]).length = 0);
  return { ...world, ...ada, forget };
}

describe("nothing stays behind", () => {
  test("after 100,000 subscriptions that end, to ever other channels", async () => {
    const { realtime, clock, forget } = await connected();
    const timers = clock.pendingTimers;
    let next = 0;
    const { bytesPerOperation } = await heapSlope(
      async () => {
        const ends = Array.from({ length: PER_RUN }, () =>
          realtime.subscribe(`private:doc:${next++ % 1_000}`, "message", () => {}),
        );
        await clock.advance(0);
        for (const end of ends) end();
        // The linger of a lease.
        await clock.advance(300);
        forget();
      },
      { operations: 100_000, perRun: PER_RUN, rounds: 3, enoughBytes: MAX_BYTES },
    );
    expect(clock.pendingTimers).toBe(timers);
    expect(bytesPerOperation).toBeLessThanOrEqual(MAX_BYTES);
    realtime.dispose();
    expect(clock.pendingTimers).toBe(0);
  }, 120_000);

  test("after 100,000 members that come and go", async () => {
    const { realtime, clock, client, forget } = await connected();
    realtime.presence(ROOM).onJoin(() => {});
    const bob = client("bob").realtime;
    void bob.connect();
    const { bytesPerOperation } = await heapSlope(
      async () => {
        const leave = bob.channel(ROOM).join();
        await clock.advance(0);
        leave();
        await clock.advance(300);
        forget();
      },
      { operations: 20_000, rounds: 3, enoughBytes: MAX_BYTES },
    );
    expect(bytesPerOperation).toBeLessThanOrEqual(MAX_BYTES);
  }, 120_000);

  test("after 20,000 connections, each with a message and a channel", async () => {
    const { realtime, clock, env, hub, forget } = await connected();
    realtime.subscribe(NEWS, "message", () => {});
    await clock.advance(0);
    await realtime.disconnect();
    await clock.advance(300);
    const timers = clock.pendingTimers;
    const { bytesPerOperation } = await heapSlope(
      async () => {
        void realtime.connect();
        const end = realtime.subscribe(NEWS, "message", () => {});
        void realtime.publish(NEWS, "message", 1);
        await clock.advance(0);
        end();
        await realtime.disconnect();
        await clock.advance(300);
        hub.trim(NEWS);
        forget();
      },
      { operations: 20_000, rounds: 3, enoughBytes: MAX_BYTES },
    );
    expect(clock.pendingTimers).toBe(timers);
    expect([env.network.listeners, env.page.listeners]).toEqual([0, 0]);
    expect(bytesPerOperation).toBeLessThanOrEqual(MAX_BYTES);
  }, 120_000);
});
