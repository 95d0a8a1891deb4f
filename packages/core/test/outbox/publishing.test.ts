import type { Ack, OutboxRecord } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, RECOVERY_MODES } from "../support/world.js";

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
    // Where the provider does not keep the order, one goes at a time.
    expect(hub.messages(NEWS)).toHaveLength(recovery === "offset" ? 5 : 1);
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
    expect(await ack).toMatchObject({ guarantee: "stored", id: hub.messages(NEWS)[0]?.id });
    expect(hub.messages(NEWS)).toHaveLength(1);
  });
});

describe("a provider that does not echo", () => {
  test("and brings my message by its history is not taken at its word twice", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada", { provider: { recovery: "cursor", echo: "none" } });
    const heard: unknown[] = [];
    realtime.subscribe(NEWS, "headline", ({ data }) => heard.push(data));
    await clock.advance(0);
    hub.dropNextAck();
    const ack = realtime.publish(NEWS, "headline", 1);
    await clock.advance(0);
    expect(heard).toEqual([]);
    hub.cut();
    await clock.advance(1_000);
    expect(await ack).toMatchObject({ guarantee: "stored" });
    expect(heard).toEqual([1]);
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
