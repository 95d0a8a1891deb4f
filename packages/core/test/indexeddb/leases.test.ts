import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { allIn, createIdbTabs, withDatabase } from "../support/idb-tabs.js";
import { deliveredBy, offline, statesIn } from "../support/tabs.js";

describe("without locks", () => {
  test("a killed tab's messages are taken over when its lease is over, and not before", async () => {
    const world = createIdbTabs({ locks: false });
    const first = offline(world.open("ada"), 1);
    await world.calm();
    // A tab that is killed gives nothing back.
    const lease = (await allIn("owners"))[0];
    first.kill();
    await world.calm();
    await withDatabase((database) => database.put("owners", lease));
    world.open("ada");
    await world.calm(80_000);
    expect(deliveredBy(world)).toEqual([]);
    for (let turn = 0; turn < 2; turn += 1) await world.calm(20_000);
    expect(deliveredBy(world)).toEqual([1]);
  });

  test("a live tab renews its lease, and its messages stay its own", async () => {
    const world = createIdbTabs({ locks: false });
    const first = offline(world.open("ada"), 1);
    const other = world.open("ada");
    for (let turn = 0; turn < 10; turn += 1) await world.calm(20_000);
    expect([statesIn(first), statesIn(other)]).toEqual([["1 queued"], []]);
  });

  test("a tab that ends in good order leaves its messages at once", async () => {
    const world = createIdbTabs({ locks: false });
    const first = offline(world.open("ada"), 1);
    await world.calm();
    first.realtime.dispose();
    await world.calm();
    world.open("ada");
    await world.calm(1_000);
    expect(deliveredBy(world)).toEqual([1]);
  });

  test("what was taken from a tab that slept is not sent by it again, over a provider that knows no repeats", async () => {
    const world = createIdbTabs({ locks: false });
    const provider = { recovery: "none" } as const;
    const sleeper = offline(world.open("ada", {}, provider), 1);
    await world.calm();
    // Asleep for longer than its lease: as if it had not renewed it.
    await withDatabase((database) => database.clear("owners"));
    const other = world.open("ada", {}, provider);
    await world.calm(1_000);
    expect([world.asked("publish").length, statesIn(other)]).toEqual([1, []]);
    sleeper.env.network.set(true);
    await world.calm(1_000);
    expect(world.asked("publish").length).toBe(1);
  });
});
