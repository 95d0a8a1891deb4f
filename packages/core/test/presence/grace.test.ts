import { describe, expect, test } from "vitest";
import { names, watch } from "../support/together.js";
import { createWorld, ROOM } from "../support/world.js";

/** Ada watches; the provider shows every loss at once, so that the grace is core's. */
async function watched() {
  const world = createWorld();
  const provider = { presence: "core" } as const;
  const join = (name: string) => {
    const { realtime } = world.client(name, { provider });
    realtime.channel(ROOM).join();
    return realtime;
  };
  const ada = join("ada");
  await world.settle();
  const bob = join("bob");
  await world.settle();
  const heard = watch(ada);
  /** Who came and who went; a new connection of somebody who stayed is an update, and neither. */
  const events = () => heard.filter((event) => !event.startsWith("~"));
  const members = () => names(ada.channel(ROOM).$members.get()).sort();
  return { ...world, ada, bob, join, events, members };
}

describe("where nobody but core waits before a leave is shown", () => {
  test("who is missing stays for 5 s, unconfirmed, and has left after it", async () => {
    const { bob, clock, events, members } = await watched();
    bob.dispose();
    await clock.advance(4_999);
    expect([events(), members()]).toEqual([[], ["ada", "bob?"]]);
    await clock.advance(1);
    expect([events(), members()]).toEqual([["-bob"], ["ada"]]);
  });

  test("who comes back within it was never away", async () => {
    const { hub, clock, events, members } = await watched();
    hub.cut("bob");
    await clock.advance(0);
    expect(members()).toEqual(["ada", "bob?"]);
    await clock.advance(30_000);
    expect([events(), members()]).toEqual([[], ["ada", "bob"]]);
  });

  test("each loss has a grace of its own", async () => {
    const { hub, clock, events } = await watched();
    for (let loss = 0; loss < 5; loss += 1) {
      hub.cut("bob");
      await clock.advance(4_000);
    }
    await clock.advance(10_000);
    expect(events()).toEqual([]);
  });

  test("one of two tabs that closes takes nobody away", async () => {
    const { join, bob, clock, settle, events, members } = await watched();
    join("bob");
    await settle();
    bob.dispose();
    await clock.advance(20_000);
    expect([events(), members()]).toEqual([[], ["ada", "bob"]]);
  });

  test("who is missing when I come back myself has the grace from then on", async () => {
    const { hub, bob, clock, events, members } = await watched();
    hub.cut("ada");
    bob.dispose();
    await clock.advance(1_000);
    expect([events(), members()]).toEqual([[], ["ada", "bob?"]]);
    await clock.advance(4_999);
    expect(events()).toEqual([]);
    await clock.advance(1);
    expect([events(), members()]).toEqual([["-bob"], ["ada"]]);
  });

  test("a second loss of mine in the middle of it does not keep a ghost", async () => {
    const { hub, bob, clock, events, members } = await watched();
    bob.dispose();
    await clock.advance(3_000);
    hub.cut("ada");
    await clock.advance(20_000);
    expect([events(), members()]).toEqual([["-bob"], ["ada"]]);
  });

  test("leaving the channel or disposing leaves no timer behind", async () => {
    const { ada, bob, clock } = await watched();
    bob.dispose();
    await clock.advance(1_000);
    ada.dispose();
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
  });
});
