import type { MessageItem } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, RECOVERY_MODES } from "../support/world.js";

const shown = (items: readonly MessageItem[]) => items.map((item) => (item.type === "gap" ? "gap" : item.data));

async function listening(provider: object, options = {}) {
  const world = createWorld();
  const ada = world.client("ada", { provider, ...options });
  const channel = ada.realtime.channel(NEWS);
  const heard: unknown[] = [];
  const syncs: unknown[] = [];
  channel.on("headline", ({ data }) => heard.push(data));
  ada.realtime.on("sync_requested", (notice) => syncs.push(notice));
  const $messages = channel.messages("headline");
  channel.join();
  await world.settle();
  const publish = async (...values: unknown[]) => {
    for (const value of values) world.hub.publish(NEWS, "headline", value);
    await world.settle();
  };
  /** Away from the hub while something happens there. */
  const away = async (happen: () => Promise<void>) => {
    world.hub.cut("ada");
    await happen();
    await world.clock.advance(1_000);
  };
  return { ...world, ...ada, channel, heard, syncs, $messages, publish, away };
}

test("a gap that nobody acknowledged is forgotten with the stay that it belongs to", async () => {
  const { realtime, hub, clock, settle } = await listening({ recovery: "offset" });
  const channel = realtime.channel("public:other");
  hub.publish(channel.name, "headline", 1);
  const leave = channel.join();
  await settle();
  hub.newEpoch(channel.name);
  hub.crashChannel(channel.name);
  await clock.advance(2_000);
  expect(channel.$status.get()).toMatchObject({ phase: "joined", continuity: "gap" });
  leave();
  await clock.advance(250);
  channel.join();
  await settle();
  expect(channel.$status.get()).toMatchObject({ phase: "joined", continuity: "live" });
});

describe.each(RECOVERY_MODES)("with recovery %s", (recovery) => {
  test("live messages arrive once, in order, with what is known of them", async () => {
    const { client, channel, heard, publish, settle, hub } = await listening({ recovery });
    const messages: unknown[] = [];
    channel.on("headline", (message) => messages.push(message));
    await publish(1, 2);
    void client("bob", { provider: { recovery } }).realtime.publish(NEWS, "headline", 3);
    await settle();
    expect(heard).toEqual([1, 2, 3]);
    expect(messages[2]).toEqual(
      expect.objectContaining({
        type: "message",
        channel: NEWS,
        event: "headline",
        data: 3,
        id: hub.messages(NEWS)[2]?.id,
        sender: { userId: "bob", name: "bob" },
        timestamp: hub.messages(NEWS)[2]?.timestampMs,
      }),
    );
  });

  test("a channel is live, then stale while the connection is down, and comes back", async () => {
    const { channel, hub, clock } = await listening({ recovery });
    expect(channel.$status.get()).toMatchObject({ phase: "joined", continuity: "live" });
    hub.cut();
    await clock.advance(0);
    expect(channel.$status.get()).toMatchObject({ phase: "joined", continuity: "stale" });
    await clock.advance(1_000);
    expect(channel.$status.get()).toMatchObject({ phase: "joined", continuity: recovery === "none" ? "gap" : "live" });
  });

  test("messages that were shown stay while the connection is down", async () => {
    const { $messages, publish, hub, settle } = await listening({ recovery });
    await publish(1, 2);
    hub.cut();
    await settle();
    expect(shown($messages.get())).toEqual([1, 2]);
  });

  test("a message that comes twice is delivered once", async () => {
    const { heard, publish, hub } = await listening({ recovery });
    hub.doubleNextMessage();
    await publish(1, 2);
    expect(heard).toEqual([1, 2]);
  });
});

describe.each(["offset", "cursor"] as const)("with recovery %s", (recovery) => {
  test("what was missed arrives after a reconnect, in order, before what is new", async () => {
    const { heard, $messages, publish, away, asked, channel } = await listening({ recovery });
    await publish(1);
    const position = channel.$status.get().position;
    await away(() => publish(2, 3));
    await publish(4);
    expect(heard).toEqual([1, 2, 3, 4]);
    expect(shown($messages.get())).toEqual([1, 2, 3, 4]);
    expect(asked("attach")[1]?.request.since).toEqual(position);
  });

  test("a first join begins with the last messages: shown, and not announced", async () => {
    const world = createWorld();
    for (let count = 1; count <= 60; count += 1) world.hub.publish(NEWS, "headline", count);
    const { realtime } = world.client("ada", { provider: { recovery } });
    const heard: unknown[] = [];
    realtime.subscribe(NEWS, "headline", ({ data }) => heard.push(data));
    await world.settle();
    world.hub.publish(NEWS, "headline", 61);
    await world.settle();
    expect(heard).toEqual([61]);
    expect(shown(realtime.channel(NEWS).messages("headline").get())).toEqual(
      Array.from({ length: 51 }, (_, index) => index + 11),
    );
  });

  test("a first join may begin empty", async () => {
    const { realtime, settle, hub, $messages } = await listening({ recovery }, { recent: 0 });
    expect(shown($messages.get())).toEqual([]);
    hub.publish(NEWS, "headline", 1);
    await settle();
    expect(shown(realtime.channel(NEWS).messages("headline").get())).toEqual([1]);
  });

  test("history that is gone is a gap: said, marked, and asked about once", async () => {
    const { heard, syncs, $messages, publish, away, hub, channel } = await listening({ recovery });
    await publish(1);
    await away(async () => {
      await publish(2, 3);
      hub.trim(NEWS, 1);
    });
    expect(channel.$status.get()).toMatchObject({ phase: "joined", continuity: "gap" });
    expect(syncs).toEqual([{ channel: NEWS }]);
    expect(shown($messages.get())[1]).toBe("gap");
    await publish(4);
    expect(shown($messages.get()).at(-1)).toBe(4);
    expect(heard.at(-1)).toBe(4);
    expect(channel.$status.get().continuity).toBe("gap");
    channel.acknowledgeGap();
    expect(channel.$status.get()).toMatchObject({ phase: "joined", continuity: "live" });
  });

  test("a log that began anew is a gap, and goes on from there", async () => {
    const { heard, syncs, publish, away, hub, channel } = await listening({ recovery });
    await publish(1);
    await away(async () => {
      hub.newEpoch(NEWS);
      await publish(2);
    });
    await publish(3);
    expect(syncs).toEqual([{ channel: NEWS }]);
    expect(heard.at(-1)).toBe(3);
    channel.acknowledgeGap();
    await away(() => publish(4));
    expect(heard.at(-1)).toBe(4);
    expect(syncs).toHaveLength(1);
    expect(channel.$status.get().continuity).toBe("live");
  });

  test("a gap is told once, though nothing is said before the next loss", async () => {
    const { syncs, publish, away, hub, channel } = await listening({ recovery });
    await publish(1);
    await away(async () => hub.newEpoch(NEWS));
    channel.acknowledgeGap();
    await away(async () => {});
    expect([syncs.length, channel.$status.get().continuity]).toEqual([1, "live"]);
  });

  test("however much was missed on a channel that had nothing to show yet arrives", async () => {
    const { heard, away, publish } = await listening({ recovery });
    const missed = Array.from({ length: 130 }, (_, index) => index);
    await away(() => publish(...missed));
    expect(heard).toEqual(missed);
  });

  test("a gap stays one until the app has its snapshot, also over another reconnect", async () => {
    const { publish, away, hub, channel } = await listening({ recovery });
    await publish(1);
    await away(async () => {
      await publish(2, 3);
      hub.trim(NEWS);
    });
    await away(() => publish(4));
    expect(channel.$status.get().continuity).toBe("gap");
  });
});

describe("with recovery none", () => {
  test("every reconnect is a gap, because nobody can tell what was missed", async () => {
    const { syncs, $messages, heard, publish, away, channel } = await listening({ recovery: "none" });
    await publish(1);
    await away(() => publish(2));
    await publish(3);
    expect([heard, shown($messages.get()), syncs]).toEqual([[1, 3], [1, "gap", 3], [{ channel: NEWS }]]);
    channel.acknowledgeGap();
    await away(async () => {});
    expect(shown($messages.get())).toEqual([1, "gap", 3, "gap"]);
  });

  test("the first join is none", async () => {
    const { syncs, channel } = await listening({ recovery: "none" });
    expect([syncs, channel.$status.get().continuity]).toEqual([[], "live"]);
  });
});

describe("a channel that counts its messages", () => {
  test("joins once more to fill a hole, and only once", async () => {
    const { heard, publish, hub, asked } = await listening({});
    hub.dropNextMessage();
    await publish(1, 2, 3, 4);
    expect(heard).toEqual([1, 2, 3, 4]);
    expect(asked("attach")).toHaveLength(2);
  });

  test("puts messages that come in the wrong order right", async () => {
    const { heard, publish, hub, syncs } = await listening({});
    await publish(1);
    hub.swapNextMessages();
    await publish(2, 3);
    expect(heard).toEqual([1, 2, 3]);
    expect(syncs).toEqual([]);
  });

  test("notices a hole that a repeat follows", async () => {
    const { heard, publish, hub, asked } = await listening({});
    await publish(1);
    hub.dropNextMessage();
    await publish(2);
    hub.doubleNextMessage();
    await publish(3);
    expect([heard, asked("attach").length]).toEqual([[1, 2, 3], 2]);
  });

  test("says that there is a gap when a hole cannot be filled any more", async () => {
    const { heard, publish, hub, channel, settle } = await listening({});
    await publish(1);
    hub.dropNextMessage();
    await publish(2);
    hub.trim(NEWS);
    await publish(3);
    await settle();
    expect(channel.$status.get().continuity).toBe("gap");
    expect(heard.at(-1)).toBe(3);
  });

  test("says where it stands", async () => {
    const { channel, publish } = await listening({});
    await publish(1, 2);
    expect(channel.$status.get().position).toMatchObject({ offset: 2, id: "message-2" });
  });
});
