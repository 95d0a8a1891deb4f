import { keeper, memoryStorage, type OutboxStorage } from "@attune/core/storage";
import type { ManualClock } from "@attune/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTabs, type Tab } from "../support/tabs.js";
import { NEWS, ROOM } from "../support/world.js";

type Step =
  | { readonly do: "publish"; readonly tab: number; readonly channel: string }
  | { readonly do: "offline" | "online" | "kill" | "dispose"; readonly tab: number }
  | { readonly do: "open" | "cut" | "drop-ack" | "refuse" }
  | { readonly do: "wait"; readonly ms: number };

const tab = fc.nat(2);
const one = <D extends string>(name: D, weight: number) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(name) }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant("publish" as const), tab, channel: fc.constantFrom(NEWS, ROOM) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(0, 1, 5, 30, 300, 2_000) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom("offline" as const, "online" as const, "kill" as const), tab }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("dispose" as const), tab }) },
  one("open", 4),
  one("cut", 1),
  one("drop-ack", 1),
  one("refuse", 1),
);

/** A disk that takes its time: what a killed page had not brought there yet is lost. */
function slowly(inner: OutboxStorage, clock: () => ManualClock): OutboxStorage {
  return {
    open(host) {
      const store = inner.open(host);
      const later = <T>(work: () => Promise<T>): Promise<T> =>
        new Promise((resolve, reject) => void clock().after(3, () => work().then(resolve, reject)));
      return {
        ...store,
        put: (record) => later(() => store.put(record)),
        remove: (id) => later(() => store.remove(id)),
      };
    },
  };
}

interface Run {
  readonly tabs: number;
  readonly isSlow: boolean;
  readonly max: number;
  readonly recovery: "offset" | "none";
}

/** Plays the steps, then lets everything settle, and tells what became of each message. */
async function play(steps: readonly Step[], { tabs: most, isSlow, max, recovery }: Run) {
  let clock: ManualClock | undefined;
  const memory = memoryStorage();
  const storage = isSlow ? keeper(slowly(memory, () => clock as ManualClock)) : memory;
  const world = createTabs({ storage, latencyMs: 2 });
  clock = world.clock;
  const tabs: Tab[] = [];
  const written: { readonly data: number; readonly channel: string; readonly producer: string }[] = [];
  /** Those that were never said to be kept when their page ended. */
  const excused = new Set<unknown>();
  const told = new Map<unknown, string[]>();

  function open(): void {
    if (tabs.length >= most) return;
    const opened = world.open("ada", { max, perSecond: 0 }, { recovery });
    opened.realtime.on("message_failed", ({ data, error }) => {
      if (error?.code !== "disposed") told.set(data, [...(told.get(data) ?? []), error?.code ?? ""]);
    });
    tabs.push(opened);
  }
  function end(how: "kill" | "dispose", at: number): void {
    const [ended] = tabs.splice(at, 1);
    for (const { data, isKept } of ended?.realtime.$queue.get() ?? []) if (!isKept) excused.add(data);
    if (how === "kill") ended?.kill();
    else ended?.realtime.dispose();
  }

  open();
  for (const action of steps) {
    const at = "tab" in action ? action.tab % Math.max(1, tabs.length) : 0;
    if (action.do === "open") open();
    else if (action.do === "wait") await world.clock.advance(action.ms);
    else if (action.do === "cut") world.hub.cut();
    else if (action.do === "drop-ack") world.hub.dropNextAck();
    else if (action.do === "refuse") world.hub.rejectNextPublish("forbidden");
    else if (action.do === "publish") {
      const { realtime } = tabs[at] ?? {};
      void realtime?.publish(action.channel, "said", written.length).catch(() => {});
      const record = realtime?.$queue.get().find(({ data }) => data === written.length);
      if (record) written.push({ data: written.length, channel: action.channel, producer: record.producer });
    } else if (action.do === "kill" || action.do === "dispose") end(action.do, at);
    else tabs[at]?.env.network.set(action.do === "online");
  }
  for (const { env } of tabs) env.network.set(true);
  open();
  // An ack can get lost with its connection only: each one that still does is followed by the loss.
  for (let round = 0; round < 10; round += 1) {
    await world.clock.advance(10_000);
    world.hub.cut();
  }
  await world.clock.advance(60_000);
  const delivered = (channel: string) => world.hub.messages(channel).map(({ data }) => data as number);
  const left = tabs.flatMap(({ realtime }) => realtime.$queue.get().filter(({ state }) => state !== "failed"));
  for (const { realtime } of tabs) realtime.dispose();
  return { written, excused, told, delivered, left, asked: world.asked("publish").map(({ message }) => message) };
}

const run = fc.record({
  tabs: fc.constantFrom(1, 1, 3),
  isSlow: fc.boolean(),
  max: fc.constantFrom(3, 100),
  recovery: fc.constant("offset" as const),
});

describe("page lives that share a storage", () => {
  test("bring every message to one end, in order: delivered once, or failed and told", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), run, async (steps, options) => {
        const { written, excused, told, delivered, left } = await play(steps, options);
        expect(left).toEqual([]);
        for (const channel of [NEWS, ROOM]) {
          const log = delivered(channel);
          expect(new Set(log).size).toBe(log.length);
          const producerOf = (data: number) => written[data]?.producer;
          // With one tab at a time, all of them are one writer.
          for (const producer of options.tabs === 1 ? [undefined] : new Set(log.map(producerOf))) {
            const mine = log.filter((data) => producer === undefined || producerOf(data) === producer);
            expect(mine).toEqual([...mine].sort((a, b) => a - b));
          }
        }
        for (const { data, channel } of written) {
          const isDelivered = delivered(channel).includes(data);
          const codes = told.get(data) ?? [];
          if (!excused.has(data)) expect([data, isDelivered || codes.length > 0]).toEqual([data, true]);
          if (options.isSlow) continue;
          // Who is told of an unknown outcome is not told wrong, whatever it was; and a repeat may be refused, of what was taken before.
          expect(codes.length).toBeLessThanOrEqual(1);
          if (isDelivered) expect(codes.filter((code) => code !== "outcome-unknown" && code !== "refused")).toEqual([]);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("send nothing twice to a provider that knows no repeats", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), run, async (steps, options) => {
        const { written, excused, told, delivered, left, asked } = await play(steps, { ...options, recovery: "none" });
        expect(left).toEqual([]);
        const ids = asked.map(({ producer, sequence }) => `${producer}:${sequence}`);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { data, channel } of written) {
          if (!excused.has(data) && !delivered(channel).includes(data)) expect(told.get(data)).not.toBe(undefined);
        }
      }),
      { numRuns: 400 },
    );
  });
});
