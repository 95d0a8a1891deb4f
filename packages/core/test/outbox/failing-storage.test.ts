import { memoryStorage, type OutboxStorage } from "@attune/core/storage";
import { describe, expect, test } from "vitest";
import { areKept, codeOf, createTabs, deliveredBy, offline, statesIn } from "../support/tabs.js";
import { NEWS } from "../support/world.js";

describe("over a provider that knows no repeats", () => {
  const provider = { recovery: "none" } as const;

  test("what was sent by a page that ended is of unknown outcome, and not sent again", async () => {
    const { open, hub, clock, asked } = createTabs();
    const first = open("ada", {}, provider);
    await first.realtime.connect();
    hub.stall();
    void first.realtime.publish(NEWS, "headline", 1);
    void first.realtime.publish(NEWS, "headline", 2);
    await clock.advance(0);
    first.kill();
    hub.resume();
    const next = open("ada", {}, provider);
    await clock.advance(5_000);
    expect(statesIn(next)).toEqual(["1 failed"]);
    expect(next.realtime.$queue.get()[0]?.error?.code).toBe("outcome-unknown");
    expect(asked("publish", "ada, tab 2").map(({ message }) => message.data)).toEqual([2]);
  });

  test("a message is sent only after it is written down that it was", async () => {
    let write = (): void => {};
    const written = new Promise<void>((resolve) => {
      write = resolve;
    });
    const inner = memoryStorage();
    const slow: OutboxStorage = {
      open(host) {
        const store = inner.open(host);
        return { ...store, put: (record) => written.then(() => store.put(record)) };
      },
    };
    const { open, clock, asked } = createTabs({ storage: slow });
    const tab = open("ada", {}, provider);
    await tab.realtime.connect();
    const outcome = codeOf(tab.realtime.publish(NEWS, "headline", 1));
    await clock.advance(100);
    expect(asked("publish")).toEqual([]);
    write();
    await clock.advance(0);
    expect([await outcome, asked("publish").length]).toEqual(["acked", 1]);
  });
});

describe("a storage that fails", () => {
  test("costs no message: it waits in memory, says so, and the app is told", async () => {
    const failing: OutboxStorage = {
      open: () => ({
        ready: Promise.resolve(),
        put: () => Promise.reject(new Error("full")),
        remove: () => Promise.reject(new Error("broken")),
        close() {},
      }),
    };
    const { open, clock, hub } = createTabs({ storage: failing });
    const tab = open("ada");
    const told: unknown[] = [];
    tab.realtime.on("error", ({ cause }) => told.push((cause as Error).message));
    offline(tab, 1);
    await clock.advance(0);
    expect(areKept(tab)).toEqual([false]);
    tab.env.network.set(true);
    await clock.advance(5_000);
    expect([deliveredBy({ hub }), new Set(told)]).toEqual([[1], new Set(["full", "broken"])]);
  });

  test("at its beginning silences nobody: messages are sent, and the app is told", async () => {
    const failing: OutboxStorage = {
      open: () => ({
        ready: Promise.reject(new Error("no such table")),
        put: async () => false,
        remove: async () => {},
        close() {},
      }),
    };
    const { open, clock } = createTabs({ storage: failing });
    const tab = open("ada");
    const told: unknown[] = [];
    tab.realtime.on("error", ({ code, cause }) => told.push([code, (cause as Error).message]));
    const outcome = codeOf(tab.realtime.publish(NEWS, "headline", 1));
    await clock.advance(5_000);
    expect([statesIn(tab), told]).toEqual([[], [["storage-failed", "no such table"]]]);
    expect(await outcome).toBe("acked");
  });
});
