import { type Banner, connectionBanner } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld } from "../support/world.js";

async function withBanner(delayMs?: number) {
  const world = createWorld();
  const { realtime, env } = world.client("ada", { reconnect: { maxAttempts: 3 } });
  const $banner = connectionBanner(realtime, { clock: world.clock, ...(delayMs === undefined ? {} : { delayMs }) });
  const shown: Banner[] = [];
  const unlisten = $banner.listen((banner) => shown.push(banner));
  await realtime.connect();
  return { ...world, realtime, env, $banner, shown, unlisten };
}

describe("the banner", () => {
  test("shows nothing while connecting for the first time, and while connected", async () => {
    const { shown, clock } = await withBanner();
    await clock.advance(5_000);
    expect(shown).toEqual([]);
  });

  test("does not flash at a loss that lasts less than half a second", async () => {
    const { shown, clock, env } = await withBanner();
    env.network.set(false);
    await clock.advance(499);
    env.network.set(true);
    await clock.advance(5_000);
    expect(shown).toEqual([]);
  });

  test("shows trouble after half a second, what is true by then, and good news at once", async () => {
    const { shown, clock, env, hub } = await withBanner();
    hub.cut();
    await clock.advance(200);
    env.network.set(false);
    await clock.advance(300);
    expect(shown).toEqual(["offline"]);
    hub.refuse({ times: 1 });
    env.network.set(true);
    expect(shown).toEqual(["offline", "reconnecting"]);
    await clock.advance(2_000);
    expect(shown).toEqual(["offline", "reconnecting", undefined]);
  });

  test("says so when it is over for good", async () => {
    const { shown, clock, hub } = await withBanner();
    hub.refuse();
    hub.cut();
    await clock.advance(30_000);
    expect(shown).toEqual(["reconnecting", "disconnected"]);
  });

  test("shows nothing after disconnect()", async () => {
    const { shown, clock, realtime } = await withBanner();
    await realtime.disconnect();
    await clock.advance(5_000);
    expect(shown).toEqual([]);
  });

  test("takes another delay, also none", async () => {
    const { shown, clock, hub } = await withBanner(0);
    hub.cut();
    await clock.advance(0);
    expect(shown).toEqual(["reconnecting"]);
  });

  test("leaves no timer behind when nobody listens any more", async () => {
    const { unlisten, clock, hub, realtime, $banner } = await withBanner();
    hub.cut();
    await clock.advance(0);
    unlisten();
    realtime.dispose();
    await clock.advance(500);
    expect(clock.pendingTimers).toBe(0);
    expect($banner.get()).toBe(undefined);
  });
});
