import { followActivity } from "@attune/core/activity";
import { describe, expect, test } from "vitest";
import { createWorld, ROOM } from "../support/world.js";

async function followed(idleAfterMs = 60_000) {
  const world = createWorld();
  const ada = world.client("ada");
  const bob = world.client("bob").realtime.channel(ROOM);
  const channel = ada.realtime.channel(ROOM);
  channel.join();
  bob.join();
  const uses = new Set<() => void>();
  const input = { onUse: (callback: () => void) => (uses.add(callback), () => void uses.delete(callback)) };
  const { page, clock } = ada.env;
  const activity = followActivity(channel, { idleAfterMs, page, input, clock });
  await world.settle();
  return {
    ...world,
    ...activity,
    page,
    channel,
    uses,
    use: () => [...uses].forEach((callback) => callback()),
    seen: () => bob.$members.get().find(({ userId }) => userId === "ada")?.status,
  };
}

describe("presence that follows activity", () => {
  test("is away after a while without use, and online again with the first sign of it", async () => {
    const { clock, $activity, seen, use, settle } = await followed();
    await clock.advance(59_000);
    use();
    await clock.advance(59_000);
    expect([$activity.get(), seen()]).toEqual(["active", "online"]);
    await clock.advance(1_000);
    expect([$activity.get(), seen()]).toEqual(["idle", "away"]);
    use();
    await settle();
    expect([$activity.get(), seen()]).toEqual(["active", "online"]);
  });

  test("is away while the page is hidden, and leaves busy alone", async () => {
    const { page, $activity, seen, settle, channel } = await followed();
    page.set("hidden");
    await settle();
    expect([$activity.get(), seen()]).toEqual(["away", "away"]);
    page.set("visible");
    channel.setMyState({ status: "busy" });
    page.set("hidden");
    await settle();
    expect([$activity.get(), seen()]).toEqual(["away", "busy"]);
  });

  test("leaves no timer and no listener", async () => {
    const { clock, stop, uses, page, channel } = await followed();
    const timers = clock.pendingTimers;
    stop();
    stop();
    expect([clock.pendingTimers, uses.size]).toEqual([timers - 1, 0]);
    page.set("hidden");
    expect(channel.$me.get().status).toBe("online");
  });
});
