import { type Ack, defineChannels } from "@attune/core";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createWorld } from "../support/world.js";

const channels = defineChannels({
  "presence:room:{id}": {
    events: {
      said: z.object({ text: z.string() }),
      later: z.object({ text: z.string().refine(async () => true) }),
      trimmed: z.string().trim(),
    },
    signals: { cursor: z.object({ x: z.number() }) },
    presence: z.object({ mood: z.string().optional() }),
  },
  "public:news": {},
});
const ROOM = "presence:room:1";

async function connected(options = {}) {
  const world = createWorld();
  const ada = world.client("ada", { channels, ...options });
  await ada.realtime.connect();
  return { ...world, ...ada };
}

const codeOf = (promise: Promise<Ack>) =>
  promise.then(
    () => "acked",
    (error) => error.code,
  );
const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe("what the channels declare", () => {
  test("is let through", async () => {
    const { realtime, hub, settle, asked } = await connected();
    realtime.channel(ROOM).join();
    await settle();
    expect(await codeOf(realtime.publish(ROOM, "said", { text: "hi" }))).toBe("acked");
    realtime.signal(ROOM, "cursor", { x: 1 });
    realtime.setPresenceState(ROOM, { customState: { mood: "fine" } });
    await settle();
    expect([hub.messages(ROOM).length, asked("signal").length, hub.members(ROOM)[0]?.state.customState]).toEqual([
      1,
      1,
      { mood: "fine" },
    ]);
  });

  test.each([
    ["another type", "said", { text: 1 }, "invalid-payload"],
    ["a missing key", "said", {}, "invalid-payload"],
    ["an unexpected key", "said", { text: "hi", more: 1 }, "invalid-payload"],
    ["nothing", "said", undefined, "invalid-payload"],
    ["what the schema would change", "trimmed", " hi ", "invalid-payload"],
    ["an event of another name", "shouted", { text: "hi" }, "unknown-event"],
    ["an event named like a part of every object", "constructor", {}, "unknown-event"],
    ["a schema that answers later", "later", { text: "hi" }, "async-schema"],
  ])("refuses %s before it leaves", async (_, event, data, code) => {
    const { realtime, settle, asked } = await connected();
    const outcome = codeOf(realtime.publish(ROOM, event as "said", data as never));
    await settle();
    expect([await outcome, asked("publish")]).toEqual([code, []]);
    expect(realtime.$queue.get()).toMatchObject([{ state: "failed", error: { code } }]);
  });

  test("refuses signals and states that are something else", async () => {
    const { realtime, settle } = await connected();
    realtime.channel(ROOM).join();
    await settle();
    expect(thrownBy(() => realtime.signal(ROOM, "cursor", { x: "1" } as never))).toBe("invalid-payload");
    expect(thrownBy(() => realtime.signal(ROOM, "pointer" as never, { x: 1 } as never))).toBe("unknown-event");
    expect(thrownBy(() => realtime.setPresenceState(ROOM, { customState: { mood: 1 } as never }))).toBe(
      "invalid-payload",
    );
    expect(realtime.channel(ROOM).$me.get()).toEqual({ status: "online" });
  });

  test("lets null take a signal back, whatever its schema", async () => {
    const { realtime } = await connected();
    expect(thrownBy(() => realtime.signal(ROOM, "cursor", null as never))).toBe(undefined);
  });

  test("knows no event where none is declared", async () => {
    const { realtime } = await connected();
    expect(await codeOf(realtime.publish("public:news", "headline" as never, 1 as never))).toBe("unknown-event");
  });

  test("covers no other channel", async () => {
    const { realtime } = await connected();
    expect(thrownBy(() => realtime.channel("presence:hall:1" as never))).toBe("invalid-channel");
    expect(thrownBy(() => realtime.subscribe("public:weather" as never, "said" as never, () => {}))).toBe(
      "invalid-channel",
    );
  });

  test("refuses a publish to another channel as it refuses any other: by its promise", async () => {
    const { realtime } = await connected();
    expect(await codeOf(realtime.publish("presence:hall:1" as never, "said" as never, {} as never))).toBe(
      "invalid-channel",
    );
    void realtime.publish("nonsense" as never, "said" as never, {} as never);
  });

  test("is asked again at a retry", async () => {
    const { realtime, settle } = await connected();
    void realtime.publish(ROOM, "said", {} as never);
    await settle();
    expect(await codeOf(realtime.retry(realtime.$queue.get()[0]?.id ?? ""))).toBe("invalid-payload");
    expect(realtime.$queue.get()).toHaveLength(1);
  });
});

describe("without declared channels", () => {
  test("any channel, event and payload will do", async () => {
    const { realtime } = await connected({ channels: undefined });
    expect(await codeOf(realtime.publish("private:order:7" as never, "anything" as never, { a: [1] } as never))).toBe(
      "acked",
    );
  });

  test.each([
    "room",
    "presence:room",
    "public:a:b",
    "presence:room:a b",
    "presence:room:*",
    "",
    "x".repeat(300),
    "public:näh",
  ])("%j is no channel name", async (name) => {
    const { realtime } = await connected({ channels: undefined });
    expect(thrownBy(() => realtime.channel(name as never))).toBe("invalid-channel");
  });

  test("a payload may not be nested without end", async () => {
    const { realtime } = await connected({ channels: undefined });
    const nested: { inner?: unknown } = {};
    nested.inner = nested;
    expect(await codeOf(realtime.publish(ROOM, "said" as never, nested as never))).toBe("invalid-payload");
  });
});

describe("what a provider cannot do throws `unsupported`", () => {
  const with_ = (provider: object) => connected({ provider, channels: undefined });

  test("publish() on one that can only be read", async () => {
    const { realtime, asked } = await with_({ publish: "none" });
    expect(realtime.capabilities.publish).toBe("none");
    expect(await codeOf(realtime.publish(ROOM, "said", { text: "hi" }))).toBe("unsupported");
    expect(asked("publish")).toEqual([]);
  });

  test("signal() and startTyping() on one without signals", async () => {
    const { realtime, settle } = await with_({ signals: false });
    realtime.channel(ROOM).join();
    await settle();
    expect(thrownBy(() => realtime.signal(ROOM, "cursor", { x: 1 }))).toBe("unsupported");
    expect(thrownBy(() => realtime.startTyping(ROOM))).toBe("unsupported");
  });

  test("setMyState() on one without presence, and on a channel of another kind", async () => {
    const { realtime } = await with_({ presence: false });
    expect(thrownBy(() => realtime.setPresenceState(ROOM, { status: "away" }))).toBe("unsupported");
    const other = await with_({});
    expect(thrownBy(() => other.realtime.setPresenceState("public:news" as never, { status: "away" }))).toBe(
      "unsupported",
    );
  });
});
