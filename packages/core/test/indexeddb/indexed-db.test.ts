import "fake-indexeddb/auto";
import { describe, expect, test, vi } from "vitest";
import { allIn, createIdbTabs, withDatabase } from "../support/idb-tabs.js";
import { areKept, deliveredBy, offline, statesIn } from "../support/tabs.js";

describe("indexedDb()", () => {
  test("keeps what was written offline for the next tab, which delivers it once and in order", async () => {
    const world = createIdbTabs();
    const first = offline(world.open("ada"), 1, 2, 3);
    await world.calm();
    expect(areKept(first)).toEqual([true, true, true]);
    first.kill();
    const next = world.open("ada");
    await world.calm(1_000);
    expect([deliveredBy(world), statesIn(next), await allIn("records")]).toEqual([[1, 2, 3], [], []]);
  });

  test("has a message when the tab ends in the very turn in which it was published", async () => {
    const world = createIdbTabs();
    const first = offline(world.open("ada"));
    await world.calm();
    offline(first, 1, 2).kill();
    world.open("ada");
    await world.calm(1_000);
    expect(deliveredBy(world)).toEqual([1, 2]);
  });

  test("ends its transaction before publish() returns, so that a page which ends there need not come back for it", async () => {
    const world = createIdbTabs();
    const tab = offline(world.open("ada"));
    await world.calm();
    const commit = vi.spyOn(IDBTransaction.prototype, "commit");
    offline(tab, 1);
    expect(commit).toHaveBeenCalledTimes(1);
    await world.calm();
    // A failed one is written down as that, and forgotten.
    tab.realtime.discard(tab.realtime.$queue.get()[0]?.id ?? "");
    expect(commit).toHaveBeenCalledTimes(3);
    commit.mockRestore();
    await world.calm();
    expect(await allIn("records")).toEqual([]);
  });

  test("writes and forgets in order what came before the database was open", async () => {
    const world = createIdbTabs();
    const first = offline(world.open("ada"), 1, 2);
    first.realtime.discard(first.realtime.$queue.get()[0]?.id ?? "");
    await world.calm();
    expect(await allIn("records")).toHaveLength(1);
    first.kill();
    world.open("ada");
    await world.calm(1_000);
    expect(deliveredBy(world)).toEqual([2]);
  });

  test("still writes what was published just before dispose()", async () => {
    const world = createIdbTabs();
    offline(world.open("ada"), 1).realtime.dispose();
    await world.calm();
    world.open("ada");
    await world.calm(1_000);
    expect(deliveredBy(world)).toEqual([1]);
  });

  test("leaves a live tab its messages, and gives them to one that waits as soon as that tab ends", async () => {
    const world = createIdbTabs();
    const first = offline(world.open("ada"), 1);
    await world.calm();
    const others = [world.open("ada"), world.open("ada")];
    await world.calm(1_000);
    expect([deliveredBy(world), ...others.map(statesIn)]).toEqual([[], [], []]);
    first.kill();
    await world.calm();
    expect(deliveredBy(world)).toEqual([1]);
    expect(world.asked("publish")).toHaveLength(1);
  });

  test("gives the messages of a tab that opened and ended later to one that looks again", async () => {
    for (const wake of ["time", "shown"]) {
      const world = createIdbTabs();
      const old = world.open("ada");
      await world.calm();
      const late = offline(world.open("ada"), 1);
      await world.calm();
      late.kill();
      await world.calm();
      expect(deliveredBy(world)).toEqual([]);
      if (wake === "shown") old.env.page.focus();
      await world.calm(wake === "time" ? 20_000 : 0);
      expect(deliveredBy(world)).toEqual([1]);
    }
  });

  test("gives each message to one of many tabs that start at once", async () => {
    const world = createIdbTabs();
    for (let life = 0; life < 5; life += 1) {
      const tab = offline(world.open("ada"), life);
      await world.calm(1);
      tab.kill();
    }
    const tabs = Array.from({ length: 4 }, () => offline(world.open("ada")));
    await world.calm();
    expect(tabs.flatMap(statesIn).sort()).toEqual([0, 1, 2, 3, 4].map((life) => `${life} queued`));
    expect(tabs.filter((tab) => statesIn(tab).length)).toHaveLength(1);
  });

  test("keeps databases of different names apart", async () => {
    const world = createIdbTabs({ name: "one" });
    const first = offline(world.open("ada"), 1);
    await world.calm();
    first.kill();
    expect(await withDatabase((database) => database.getAll("records"), "one")).toHaveLength(1);
    expect((await indexedDB.databases()).map(({ name }) => name)).toEqual(["one"]);
  });

  test("leaves nothing behind when it is disposed: no timer, no lock, no open database", async () => {
    const world = createIdbTabs();
    const tab = world.open("ada");
    await world.calm();
    tab.realtime.dispose();
    await world.calm();
    expect([world.clock.pendingTimers, world.locks.held, tab.env.page.listeners]).toEqual([0, [], 0]);
    // Succeeds only when nobody has it open.
    await new Promise((resolve, reject) => {
      const deletion = indexedDB.deleteDatabase("attune");
      deletion.onsuccess = resolve;
      deletion.onblocked = reject;
    });
  });
});

describe("a page that is put away", () => {
  test("holds no lock without messages, and one with them", async () => {
    const world = createIdbTabs();
    const tab = offline(world.open("ada"));
    await world.calm();
    tab.env.page.set("frozen");
    await world.calm();
    expect(world.locks.held).toEqual([]);
    tab.env.page.set("visible");
    await world.calm();
    expect(world.locks.held).toHaveLength(1);
    offline(tab, 1);
    await world.calm();
    tab.env.page.set("frozen");
    await world.calm();
    expect(world.locks.held).toHaveLength(1);
  });

  test("does not send again what another tab took meanwhile, over a provider that knows no repeats", async () => {
    const world = createIdbTabs();
    const provider = { recovery: "none" } as const;
    const away = offline(world.open("ada", {}, provider));
    await world.calm();
    away.env.page.set("frozen");
    offline(away, 1);
    await world.calm();
    world.open("ada", {}, provider);
    await world.calm(1_000);
    expect(world.asked("publish")).toHaveLength(1);
    away.env.page.set("visible");
    away.env.network.set(true);
    await world.calm(1_000);
    expect(world.asked("publish")).toHaveLength(1);
  });
});
