import "fake-indexeddb/auto";
import type { MemoryDriverOptions } from "@attune/testing";
import { describe, expect, test } from "vitest";
import { allIn, createIdbTabs, withDatabase } from "../support/idb-tabs.js";
import { codeOf, deliveredBy, offline, statesIn } from "../support/tabs.js";
import { NEWS } from "../support/world.js";

type IdbTabs = ReturnType<typeof createIdbTabs>;

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

  /** Ada's message 1, written offline in a tab that then slept for longer than its lease, and taken by another one. */
  async function taken(world: IdbTabs, provider: MemoryDriverOptions, isOtherOffline = false) {
    const sleeper = world.open("ada", {}, provider);
    sleeper.env.network.set(false);
    const outcome = codeOf(sleeper.realtime.publish(NEWS, "headline", 1));
    await world.calm();
    await withDatabase((database) => database.clear("owners"));
    const other = world.open("ada", {}, provider);
    if (isOtherOffline) other.env.network.set(false);
    await world.calm(1_000);
    sleeper.env.network.set(true);
    await world.calm(1_000);
    return { sleeper, other, outcome };
  }

  test("a tab whose message was taken while it slept says so, and can publish again (a provider that knows no repeats)", async () => {
    const world = createIdbTabs({ locks: false });
    const { sleeper, outcome } = await taken(world, { recovery: "none" });
    expect([await outcome, statesIn(sleeper)]).toEqual(["outcome-unknown", ["1 failed"]]);
    const next = codeOf(sleeper.realtime.publish(NEWS, "headline", 2));
    await world.calm(5_000);
    expect([await next, statesIn(sleeper)]).toEqual(["acked", ["1 failed"]]);
    expect(world.asked("publish").map(({ message }) => message.data)).toEqual([1, 2]);
    expect(await allIn("records")).toEqual([]);
  });

  test("a message that was taken is the other tab's: discarding it where it was written leaves it there", async () => {
    const world = createIdbTabs({ locks: false });
    const { sleeper, other, outcome } = await taken(world, { recovery: "none" }, true);
    expect([await outcome, statesIn(other)]).toEqual(["outcome-unknown", ["1 queued"]]);
    sleeper.realtime.discard(sleeper.realtime.$queue.get()[0]?.id ?? "");
    await world.calm(1_000);
    expect([statesIn(sleeper), await allIn("records")]).toMatchObject([
      [],
      [{ record: { data: "1", state: "queued" } }],
    ]);
    other.env.network.set(true);
    await world.calm(5_000);
    expect(world.asked("publish").map(({ message }) => message.data)).toEqual([1]);
  });

  test("a message that was taken is stored once, and its publisher gets the ack (a provider that knows repeats)", async () => {
    const world = createIdbTabs({ locks: false });
    const { sleeper, other, outcome } = await taken(world, {});
    expect([await outcome, statesIn(sleeper), statesIn(other)]).toEqual(["acked", [], []]);
    expect(deliveredBy(world)).toEqual([1]);
  });
});
