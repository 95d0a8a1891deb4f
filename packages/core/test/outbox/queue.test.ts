import { type Ack, isRealtimeError, type OutboxRecord } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, RECOVERY_MODES, ROOM } from "../support/world.js";

const states = (queue: readonly OutboxRecord[]) => queue.map(({ data, state }) => `${data} ${state}`);
const codeOf = (promise: Promise<Ack>) =>
  promise.then(
    () => "acked",
    (error) => error.code,
  );

describe("a message", () => {
  test("is queued, sending, and gone at its acknowledgement", async () => {
    const { client, settle } = createWorld();
    const { realtime } = client("ada");
    const seen: string[][] = [];
    realtime.$queue.listen((queue) => seen.push(states(queue)));
    void realtime.publish(NEWS, "headline", 1);
    await settle();
    expect(seen.filter((each, index) => String(each) !== String(seen[index - 1]))).toEqual([
      ["1 queued"],
      ["1 sending"],
      [],
    ]);
  });

  test("resolves with its place in the log where it is stored", async () => {
    const { client, hub } = createWorld();
    const ack = await client("ada").realtime.publish(NEWS, "headline", 1);
    const [message] = hub.messages(NEWS);
    expect(ack).toEqual({
      guarantee: "stored",
      id: message?.id,
      position: message?.position,
      timestamp: message?.timestampMs,
    });
  });

  test("resolves with no promise where it is only handed over", async () => {
    const { client } = createWorld();
    const { realtime } = client("ada", { provider: { recovery: "none" } });
    expect(await realtime.publish(NEWS, "headline", 1)).toEqual({ guarantee: "handed-over" });
  });

  test("says in the queue what it is, and under whom it was written", async () => {
    const { client, clock } = createWorld();
    const { realtime, env } = client("ada");
    env.network.set(false);
    void realtime.publish(NEWS, "headline", { a: 1 });
    expect(realtime.$queue.get()).toEqual([
      expect.objectContaining({
        channel: NEWS,
        event: "headline",
        data: { a: 1 },
        state: "queued",
        sequence: 1,
        createdAtMs: clock.now(),
        userId: undefined,
      }),
    ]);
    env.network.set(true);
    await clock.advance(0);
    env.network.set(false);
    void realtime.publish(NEWS, "headline", 2);
    expect(realtime.$queue.get()[0]?.userId).toBe("ada");
  });

  test("needs no lease on its channel", async () => {
    const { client, hub, settle, asked } = createWorld();
    void client("ada").realtime.publish(NEWS, "headline", 1);
    await settle();
    expect([hub.messages(NEWS).length, asked("attach")]).toEqual([1, []]);
  });
});

describe.each(RECOVERY_MODES)("with recovery %s", (recovery) => {
  test("what was written offline leaves in order when the network is back", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime, env } = client("ada", { provider: { recovery } });
    env.network.set(false);
    const acks = Promise.all([1, 2, 3].map((value) => realtime.publish(NEWS, "headline", value)));
    await clock.advance(60_000);
    expect(states(realtime.$queue.get())).toEqual(["1 queued", "2 queued", "3 queued"]);
    env.network.set(true);
    await clock.advance(0);
    await acks;
    expect(hub.messages(NEWS).map(({ data }) => data)).toEqual([1, 2, 3]);
    expect(realtime.$queue.get()).toEqual([]);
  });

  test("one's own messages are shown once, in one place", async () => {
    const { client, settle } = createWorld();
    const { realtime } = client("ada", { provider: { recovery } });
    const heard: unknown[] = [];
    realtime.subscribe(NEWS, "headline", ({ data, sender }) => heard.push([data, sender?.userId]));
    await settle();
    await realtime.publish(NEWS, "headline", 1);
    await settle();
    expect(heard).toEqual([[1, "ada"]]);
    expect(realtime.channel(NEWS).messages("headline").get()).toHaveLength(1);
  });
});

describe.each(["offset", "cursor"] as const)("with recovery %s", (recovery) => {
  test("resends unacknowledged messages in order after a reconnect, and none twice", async () => {
    const { client, hub, clock } = createWorld({ latencyMs: 50 });
    const { realtime } = client("ada", { provider: { recovery } });
    void realtime.connect();
    await clock.advance(200);
    const acks = Promise.all([1, 2, 3, 4, 5].map((value) => realtime.publish(NEWS, "headline", value)));
    await clock.advance(75);
    expect(hub.messages(NEWS)).toHaveLength(5);
    hub.cut();
    await clock.advance(50);
    expect(states(realtime.$queue.get())).toEqual(["1 queued", "2 queued", "3 queued", "4 queued", "5 queued"]);
    await clock.advance(2_000);
    expect((await acks).map(({ guarantee }) => guarantee)).toEqual(Array(5).fill("stored"));
    expect(hub.messages(NEWS).map(({ data }) => data)).toEqual([1, 2, 3, 4, 5]);
  });

  test("sends again a message whose acknowledgement was lost, and gets the first answer", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada", { provider: { recovery } });
    await realtime.connect();
    hub.dropNextAck();
    const ack = realtime.publish(NEWS, "headline", 1);
    await clock.advance(0);
    hub.cut();
    await clock.advance(1_000);
    expect(await ack).toMatchObject({ guarantee: "stored", id: "message-1" });
    expect(hub.messages(NEWS)).toHaveLength(1);
  });
});

describe("a provider that does not recognise repeats", () => {
  test("is never sent a message twice: a lost answer is `outcome-unknown`", async () => {
    const { client, hub, clock, asked } = createWorld();
    const { realtime } = client("ada", { provider: { dedupe: false } });
    await realtime.connect();
    hub.dropNextAck();
    const outcome = codeOf(realtime.publish(NEWS, "headline", 1));
    await clock.advance(0);
    hub.cut();
    await clock.advance(10_000);
    expect(await outcome).toBe("outcome-unknown");
    expect(asked("publish")).toHaveLength(1);
    expect(states(realtime.$queue.get())).toEqual(["1 failed"]);
  });

  test("is sent what was never sent after a reconnect", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada", { provider: { dedupe: false } });
    await realtime.connect();
    hub.cut();
    await clock.advance(0);
    const outcome = codeOf(realtime.publish(NEWS, "headline", 1));
    await clock.advance(1_000);
    expect([await outcome, hub.messages(NEWS).length]).toEqual(["acked", 1]);
  });
});

describe("the queue", () => {
  test("holds 100 messages; over it the oldest is dropped, and its publisher told", async () => {
    const { client, clock } = createWorld();
    const { realtime, env } = client("ada");
    env.network.set(false);
    const told: OutboxRecord[] = [];
    realtime.on("message_failed", (record) => told.push(record));
    const outcomes = Array.from({ length: 103 }, (_, index) => codeOf(realtime.publish(NEWS, "headline", index)));
    expect(await Promise.all(outcomes.slice(0, 3))).toEqual(["overflow", "overflow", "overflow"]);
    expect(told.map(({ data, error }) => [data, error?.code])).toEqual([
      [0, "overflow"],
      [1, "overflow"],
      [2, "overflow"],
    ]);
    expect(realtime.$queue.get().filter(({ state }) => state === "queued")).toHaveLength(100);
    env.network.set(true);
    await clock.advance(60_000);
    expect(new Set(await Promise.all(outcomes.slice(3)))).toEqual(new Set(["acked"]));
  });

  test("drops the oldest that never left before one that may have arrived", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada", { queue: { max: 2 } });
    await realtime.connect();
    hub.stall();
    const sent = codeOf(realtime.publish(NEWS, "headline", 1));
    await clock.advance(2_500);
    const waiting = codeOf(realtime.publish(NEWS, "headline", 2));
    const next = codeOf(realtime.publish(NEWS, "headline", 3));
    expect(await waiting).toBe("overflow");
    hub.resume();
    await clock.advance(5_000);
    expect([await sent, await next]).toEqual(["acked", "acked"]);
    expect(hub.messages(NEWS).map(({ data }) => data)).toEqual([1, 3]);
  });

  test("does not guess about a dropped message that may have arrived", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada", { queue: { max: 1 } });
    await realtime.connect();
    hub.stall();
    const sent = codeOf(realtime.publish(NEWS, "headline", 1));
    await clock.advance(0);
    void realtime.publish(NEWS, "headline", 2);
    expect(await sent).toBe("outcome-unknown");
  });

  test("keeps the order of the rest when a message in flight is dropped", async () => {
    const { client, hub, clock } = createWorld({ latencyMs: 20 });
    const { realtime } = client("ada", { queue: { max: 3 } });
    void realtime.connect();
    await clock.advance(100);
    for (let value = 1; value <= 5; value += 1) void realtime.publish(NEWS, "headline", value);
    await clock.advance(2_000);
    const data = hub.messages(NEWS).map((message) => message.data as number);
    expect(data.slice(-3)).toEqual([3, 4, 5]);
    expect(data).toEqual([...data].sort());
    expect(realtime.$queue.get().filter(({ state }) => state !== "failed")).toEqual([]);
  });

  test("keeps no more failed messages than its maximum", async () => {
    const { client } = createWorld();
    const { realtime, env } = client("ada", { queue: { max: 5 } });
    env.network.set(false);
    for (let value = 0; value < 50; value += 1) void realtime.publish(NEWS, "headline", value);
    expect(states(realtime.$queue.get()).filter((state) => state.endsWith("failed"))).toEqual(
      ["40", "41", "42", "43", "44"].map((value) => `${value} failed`),
    );
  });

  test("does not send what is older than 12 hours", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime, env } = client("ada");
    env.network.set(false);
    const old = codeOf(realtime.publish(NEWS, "headline", "old"));
    await clock.advance(1);
    const young = codeOf(realtime.publish(NEWS, "headline", "young"));
    await clock.advance(12 * 3_600_000);
    env.network.set(true);
    await clock.advance(0);
    expect([await old, await young]).toEqual(["expired", "acked"]);
    expect(hub.messages(NEWS).map(({ data }) => data)).toEqual(["young"]);
  });

  test("says that nobody knows about an old message that was sent before", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime, env } = client("ada");
    await realtime.connect();
    hub.dropNextAck();
    const outcome = codeOf(realtime.publish(NEWS, "headline", 1));
    await clock.advance(0);
    env.network.set(false);
    await clock.advance(13 * 3_600_000);
    env.network.set(true);
    await clock.advance(0);
    expect(await outcome).toBe("outcome-unknown");
  });

  test("sets aside what another user wrote, and says so", async () => {
    const { client, hub, clock, asked } = createWorld();
    const user = { userId: "ada", name: "Ada" };
    const provider = { user };
    const { realtime, env } = client("browser", { provider });
    await realtime.connect();
    env.network.set(false);
    const outcome = codeOf(realtime.publish(NEWS, "headline", "Ada's"));
    // The same browser, signed in as somebody else: the memory driver reads its user at every attempt.
    Object.assign(user, { userId: "bob", name: "Bob" });
    env.network.set(true);
    await clock.advance(0);
    expect([await outcome, asked("publish"), states(realtime.$queue.get())]).toEqual([
      "wrong-user",
      [],
      ["Ada's failed"],
    ]);
    expect(hub.messages(NEWS)).toEqual([]);
  });

  test("of one client never repeats another one's ids", async () => {
    const { client, settle, asked } = createWorld();
    for (const name of ["tab 1", "tab 2"]) void client(name).realtime.publish(ROOM, "said", name);
    await settle();
    const producers = asked("publish").map(({ message }) => message.producer);
    expect(new Set(producers).size).toBe(2);
  });
});

describe("a publish that nobody awaits", () => {
  test("raises no unhandled rejection, whatever becomes of it", async () => {
    const { client, clock, hub } = createWorld();
    const { realtime, env } = client("ada", { queue: { max: 1 } });
    env.network.set(false);
    void realtime.publish(NEWS, "headline", "overflow");
    void realtime.publish(NEWS, "headline", "refused");
    hub.rejectNextPublish("forbidden");
    env.network.set(true);
    await clock.advance(0);
    void realtime.publish(NEWS, "headline", "disposed");
    realtime.dispose();
    // vitest fails a run with an unhandled rejection.
    await clock.advance(0);
    expect(realtime.$queue.get().every(({ error }) => isRealtimeError(error))).toBe(true);
  });
});
