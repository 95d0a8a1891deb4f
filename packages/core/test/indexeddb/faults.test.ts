import "fake-indexeddb/auto";
import { openDB } from "idb";
import { afterEach, describe, expect, test, vi } from "vitest";
import { allIn, createIdbTabs, reasonsIn, withDatabase } from "../support/idb-tabs.js";
import { areKept, deliveredBy, offline } from "../support/tabs.js";
import { NEWS } from "../support/world.js";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("what cannot be read", () => {
  async function withRows(...rows: unknown[]) {
    const world = createIdbTabs();
    const first = offline(world.open("ada"), 1, 2);
    await world.calm();
    first.kill();
    await world.calm();
    await withDatabase(async (database) => {
      for (const row of rows) await database.put("records", row);
    });
    const next = world.open("ada");
    const reasons = reasonsIn(next);
    await world.calm(1_000);
    return { ...world, reasons };
  }

  test("is set aside and reported, and the rest is delivered", async () => {
    const nobodys = { id: "x", record: "?" };
    const broken = { id: "y", owner: "gone", record: { version: 1, id: "y" } };
    const newer = { id: "z", owner: "gone", record: { version: 2, id: "z" } };
    const world = await withRows(nobodys, broken, newer);
    expect(deliveredBy(world)).toEqual([1, 2]);
    expect(world.reasons).toEqual([
      ["storage-failed", "unreadable"],
      ["storage-failed", "unreadable"],
    ]);
    expect([await allIn("records"), await allIn("set-aside")]).toEqual([[], [nobodys, broken, newer]]);
  });

  test("is kept up to 100, the newest", async () => {
    const rows = Array.from({ length: 130 }, (_, index) => ({ id: `${1_000 + index}`, owner: "gone", record: index }));
    await withRows(...rows);
    expect((await allIn("set-aside")).map((row) => (row as { record: number }).record)).toEqual(
      Array.from({ length: 100 }, (_, index) => 30 + index),
    );
  });
});

describe("without a database that works", () => {
  async function goesOn(world: ReturnType<typeof createIdbTabs>, reason: string) {
    const tab = offline(world.open("ada"), 1);
    const reasons = reasonsIn(tab);
    await world.calm(5_000);
    offline(tab, 2);
    await world.calm();
    expect([reasons, areKept(tab)]).toEqual([[["storage-failed", reason]], [false, false]]);
    tab.env.network.set(true);
    await world.calm(1_000);
    expect([deliveredBy(world), reasons.length]).toEqual([[1, 2], 1]);
  }

  test("of a newer version, messages wait in memory, and the app is told once", async () => {
    const world = createIdbTabs();
    (await openDB("attune", 9)).close();
    await goesOn(world, "newer");
  });

  test("of one's own, when something else has its name", async () => {
    const world = createIdbTabs();
    (await openDB("attune", 1, { upgrade: (database) => void database.createObjectStore("other") })).close();
    await goesOn(world, "foreign");
  });

  test("that opens, while an older version is held open elsewhere", async () => {
    const world = createIdbTabs();
    const open = indexedDB.open.bind(indexedDB);
    const held = await openDB("attune", 1);
    vi.spyOn(indexedDB, "open").mockImplementation((name) => open(name, 2));
    await goesOn(world, "blocked");
    held.close();
    await world.calm();
  });

  test("that answers within 5 s", async () => {
    const world = createIdbTabs();
    vi.spyOn(indexedDB, "open").mockImplementation(() => new IDBOpenDBRequest());
    await goesOn(world, "silent");
  });

  test("that opens at all", async () => {
    const world = createIdbTabs();
    vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("Internal error opening backing store.", "UnknownError");
    });
    await goesOn(world, "broken");
  });

  test("in a browser", async () => {
    const world = createIdbTabs();
    vi.stubGlobal("indexedDB", undefined);
    vi.stubGlobal("document", {});
    await goesOn(world, "missing");
  });

  test("on a server nobody is told: there is nothing to keep", async () => {
    const world = createIdbTabs();
    vi.stubGlobal("indexedDB", undefined);
    const tab = world.open("ada");
    const reasons = reasonsIn(tab);
    expect((await tab.realtime.publish(NEWS, "headline", 1)).guarantee).toBe("stored");
    expect(reasons).toEqual([]);
  });

  test("any more, because another tab needs a newer one: the app is told, and messages go on in memory", async () => {
    const world = createIdbTabs();
    const tab = offline(world.open("ada"), 1);
    const reasons = reasonsIn(tab);
    await world.calm();
    (await openDB("attune", 2)).close();
    offline(tab, 2);
    await world.calm();
    tab.env.network.set(true);
    await world.calm(1_000);
    expect([reasons, deliveredBy(world)]).toEqual([[["storage-failed", "ended"]], [1, 2]]);
  });

  test("that has room: each message goes on in memory, and the app is told once until it has room again", async () => {
    const world = createIdbTabs();
    const tab = offline(world.open("ada"), 1);
    const reasons = reasonsIn(tab);
    await world.calm();
    const full = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("Full.", "QuotaExceededError");
    });
    offline(tab, 2, 3);
    await world.calm();
    expect([reasons, areKept(tab)]).toEqual([[["storage-failed", "failed"]], [true, false, false]]);
    full.mockRestore();
    offline(tab, 4);
    await world.calm();
    expect(areKept(tab)).toEqual([true, false, false, true]);
    tab.env.network.set(true);
    await world.calm(1_000);
    expect([deliveredBy(world), await allIn("records")]).toEqual([[1, 2, 3, 4], []]);
  });
});
