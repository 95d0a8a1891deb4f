import { type Ack, isRealtimeError, type OutboxRecord } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";

const states = (queue: readonly OutboxRecord[]) => queue.map(({ data, state }) => `${data} ${state}`);
const codeOf = (promise: Promise<Ack>) =>
  promise.then(
    () => "acked",
    (error) => error.code,
  );

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
    const channel = realtime.channel(NEWS);
    env.network.set(false);
    void channel.publish("headline", "overflow");
    void channel.publish("headline", "refused");
    hub.rejectNextPublish("forbidden");
    env.network.set(true);
    await clock.advance(0);
    void channel.publish("headline", "disposed");
    realtime.dispose();
    // vitest fails a run with an unhandled rejection.
    await clock.advance(0);
    expect(realtime.$queue.get().every(({ error }) => isRealtimeError(error))).toBe(true);
  });
});
