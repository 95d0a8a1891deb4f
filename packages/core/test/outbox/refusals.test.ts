import { type Ack, createRealtime, isRealtimeError, type OutboxRecord, RealtimeError } from "@attune/core";
import type { Driver } from "@attune/core/driver";
import { memoryDriver } from "@attune/testing";
import { describe, expect, test } from "vitest";
import { testEnvironment } from "../support/environment.js";
import { welcomedWireWorld } from "../support/wire-world.js";
import { createWorld, NEWS, RECOVERY_MODES, ROOM } from "../support/world.js";

const codeOf = (promise: Promise<Ack>) =>
  promise.then(
    () => "acked",
    (error) => error.code,
  );
const states = (queue: readonly OutboxRecord[]) => queue.map(({ data, state }) => `${data} ${state}`);

async function connected(options = {}) {
  const world = createWorld();
  const ada = world.client("ada", options);
  await ada.realtime.connect();
  return { ...world, ...ada };
}

describe("a message that the server refuses", () => {
  test("fails as `refused`, says why, and stays until somebody decides", async () => {
    const { realtime, hub, clock } = await connected();
    hub.rejectNextPublish("forbidden", { why: "readonly" });
    const told: unknown[] = [];
    realtime.on("message_failed", (record) => told.push(record));
    const error = await realtime.publish(NEWS, "headline", 1).catch((each) => each);
    expect(isRealtimeError(error, "refused")).toBe(true);
    expect(error).toMatchObject({ details: { code: "forbidden", why: "readonly" }, cause: { code: "forbidden" } });
    expect(error.message).toContain(`"${NEWS}"`);
    await clock.advance(3_600_000);
    expect(realtime.$queue.get()).toMatchObject([{ data: 1, state: "failed", error }]);
    expect(told).toEqual([...realtime.$queue.get()]);
  });

  test("does not hold up those after it, and their order stays", async () => {
    const { realtime, hub, clock } = await connected();
    hub.rejectNextPublish("payload-too-large");
    const outcomes = Promise.all([1, 2, 3, 4].map((value) => codeOf(realtime.publish(NEWS, "headline", value))));
    await clock.advance(2_000);
    expect(await outcomes).toEqual(["refused", "acked", "acked", "acked"]);
    expect(hub.messages(NEWS).map(({ data }) => data)).toEqual([2, 3, 4]);
  });

  test("for a passing reason is sent again a second later", async () => {
    const { realtime, hub, clock } = await connected();
    hub.rejectNextPublish("internal-error");
    const outcome = codeOf(realtime.publish(NEWS, "headline", 1));
    await clock.advance(999);
    expect(hub.messages(NEWS)).toEqual([]);
    await clock.advance(1);
    expect([await outcome, hub.messages(NEWS).length]).toEqual(["acked", 1]);
  });

  test("because of the rate waits as long as the server says, however often", async () => {
    const { realtime, hub, clock, asked } = await connected();
    let outcome: unknown;
    hub.rejectNextPublish("rate-limited", { retryAfterMs: 7_000 });
    void codeOf(realtime.publish(NEWS, "headline", 1)).then((code) => (outcome = code));
    for (let refusal = 1; refusal <= 10; refusal += 1) {
      await clock.advance(6_999);
      expect(asked("publish")).toHaveLength(refusal);
      if (refusal < 10) hub.rejectNextPublish("rate-limited", { retryAfterMs: 7_000 });
      await clock.advance(1);
    }
    expect(outcome).toBe("acked");
  });

  test("because of the rate does not wait on a new connection, whose limits are its own", async () => {
    const { realtime, hub, clock } = await connected();
    hub.rejectNextPublish("rate-limited", { retryAfterMs: 60_000 });
    const outcome = codeOf(realtime.publish(NEWS, "headline", 1));
    await clock.advance(0);
    hub.cut();
    await clock.advance(1_000);
    expect(await outcome).toBe("acked");
  });

  test("for a passing reason five times is given up", async () => {
    const { realtime, hub, clock, asked } = await connected();
    const outcome = codeOf(realtime.publish(NEWS, "headline", 1));
    for (let refusal = 1; refusal <= 5; refusal += 1) {
      hub.rejectNextPublish("internal-error");
      await clock.advance(refusal === 1 ? 0 : 1_000);
    }
    expect([await outcome, asked("publish").length]).toEqual(["refused", 5]);
  });

  test("as out of order is sent again in order, at once", async () => {
    const { realtime, hub, clock } = await connected();
    hub.rejectNextPublish("out-of-order", { last: 0 });
    const outcomes = Promise.all([1, 2, 3].map((value) => codeOf(realtime.publish(NEWS, "headline", value))));
    await clock.advance(0);
    expect(await outcomes).toEqual(["acked", "acked", "acked"]);
    expect(hub.messages(NEWS).map(({ data }) => data)).toEqual([1, 2, 3]);
  });

  test("is told apart from one that may have arrived", async () => {
    const { realtime, hub } = await connected();
    hub.rejectNextPublish("outcome-unknown");
    expect(await codeOf(realtime.publish(NEWS, "headline", 1))).toBe("outcome-unknown");
  });
});

describe.each(RECOVERY_MODES)("a passing refusal with recovery %s", (recovery) => {
  test("doubles nothing and keeps the order, also of what was sent before it was known", async () => {
    const { client, hub, clock } = createWorld({ latencyMs: 100 });
    const { realtime } = client("ada", { provider: { recovery } });
    void realtime.connect();
    await clock.advance(500);
    hub.rejectNextPublish("rate-limited", { retryAfterMs: 10 });
    for (let value = 1; value <= 6; value += 1) {
      void realtime.publish(NEWS, "headline", value);
      await clock.advance(40);
    }
    await clock.advance(10_000);
    expect(hub.messages(NEWS).map(({ data }) => data)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("a refusal that comes too late", () => {
  test("of a connection that is over means nothing: the message is sent again on the next one", async () => {
    const { hub, clock } = createWorld();
    const inner = memoryDriver(hub, { client: "ada" });
    const refuse: ((error: unknown) => void)[] = [];
    const driver: Driver = {
      ...inner,
      connect(host) {
        const connection = inner.connect(host);
        const publish: typeof connection.publish = (message) =>
          new Promise((resolve, reject) => {
            refuse.push(reject);
            connection.publish(message).then(resolve, reject);
          });
        return { ...connection, publish };
      },
    };
    const realtime = createRealtime({ driver, env: testEnvironment(clock) });
    await realtime.connect();
    hub.dropNextAck();
    const outcome = codeOf(realtime.publish(NEWS, "headline", 1));
    await clock.advance(0);
    hub.cut();
    await clock.advance(0);
    refuse[0]?.(new RealtimeError("forbidden", "late"));
    await clock.advance(1_000);
    expect([await outcome, hub.messages(NEWS).length]).toEqual(["acked", 1]);
  });

  test("of messages that were called back meanwhile does not call them back again", async () => {
    const world = await welcomedWireWorld();
    for (const value of [1, 2, 3]) void world.realtime.publish(NEWS, "headline", value);
    for (const { p, s } of world.end.of("pub")) {
      world.end.send({ t: "nack", c: NEWS, p, s, code: "out-of-order", msg: "not yet", last: 0 });
      await world.settle();
    }
    expect(world.end.of("pub").map(({ s, b }) => [s, b])).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
  });
});

describe("a server that lost its log", () => {
  test("takes the next message, whatever it remembers of those before", async () => {
    const { realtime, hub, clock } = await connected();
    await realtime.publish(NEWS, "headline", 1);
    hub.newEpoch(NEWS);
    const outcome = codeOf(realtime.publish(NEWS, "headline", 2));
    await clock.advance(0);
    expect([await outcome, hub.messages(NEWS).map(({ data }) => data)]).toEqual(["acked", [2]]);
  });
});

describe("data that no wire can carry", () => {
  test("fails its own publish, and holds up nothing else", async () => {
    const { realtime, hub, clock } = await connected();
    const wrong = codeOf(realtime.publish(NEWS, "headline", 1n));
    const right = codeOf(realtime.publish(NEWS, "headline", 2));
    await clock.advance(5_000);
    expect([await wrong, await right, hub.messages(NEWS).map(({ data }) => data)]).toEqual(["refused", "acked", [2]]);
  });
});

describe("retry()", () => {
  test("sends a failed message again, as a new one at the end", async () => {
    const { realtime, hub, settle } = await connected();
    hub.rejectNextPublish("forbidden");
    void realtime.publish(NEWS, "headline", 1);
    await settle();
    void realtime.publish(NEWS, "headline", 2);
    await settle();
    const [failed] = realtime.$queue.get();
    expect(await realtime.retry(failed?.id ?? "")).toMatchObject({ guarantee: "stored" });
    expect([hub.messages(NEWS).map(({ data }) => data), realtime.$queue.get()]).toEqual([[2, 1], []]);
  });

  test("of anything else rejects, and changes nothing", async () => {
    const { realtime, env } = await connected();
    env.network.set(false);
    void realtime.publish(NEWS, "headline", 1);
    const [queued] = realtime.$queue.get();
    for (const id of ["nonsense", queued?.id ?? ""]) {
      expect(isRealtimeError(await realtime.retry(id).catch((error) => error), "invalid-option")).toBe(true);
    }
    expect(states(realtime.$queue.get())).toEqual(["1 queued"]);
  });
});

describe("discard()", () => {
  test("forgets a failed message", async () => {
    const { realtime, hub, settle } = await connected();
    hub.rejectNextPublish("forbidden");
    void realtime.publish(NEWS, "headline", 1);
    await settle();
    realtime.discard(realtime.$queue.get()[0]?.id ?? "");
    expect(realtime.$queue.get()).toEqual([]);
  });

  test("takes a waiting message back, and settles its promise", async () => {
    const { realtime, env, hub, clock } = await connected();
    env.network.set(false);
    const outcomes = [1, 2, 3].map((value) => codeOf(realtime.publish(NEWS, "headline", value)));
    realtime.discard(realtime.$queue.get()[1]?.id ?? "");
    expect(states(realtime.$queue.get())).toEqual(["1 queued", "3 queued"]);
    expect(await outcomes[1]).toBe("refused");
    env.network.set(true);
    await clock.advance(0);
    expect(hub.messages(NEWS).map(({ data }) => data)).toEqual([1, 3]);
  });

  test("leaves a message that is on its way, and ids that it does not know", async () => {
    const { realtime, hub, clock } = await connected();
    hub.stall();
    void realtime.publish(NEWS, "headline", 1);
    realtime.discard(realtime.$queue.get()[0]?.id ?? "");
    realtime.discard("nonsense");
    expect(states(realtime.$queue.get())).toEqual(["1 sending"]);
    hub.resume();
    await clock.advance(0);
    expect(hub.messages(NEWS)).toHaveLength(1);
  });
});

describe("channels", () => {
  test("do not hold one another up", async () => {
    const { realtime, hub, clock } = await connected({ queue: { max: 1_000 } });
    for (let value = 0; value < 50; value += 1) void realtime.publish(NEWS, "headline", value);
    const outcome = codeOf(realtime.publish(ROOM, "said", "hello"));
    await clock.advance(0);
    expect([await outcome, hub.messages(NEWS).length]).toEqual(["acked", 10]);
  });

  test("may be any number, and each keeps its order", async () => {
    const { realtime, hub, clock } = await connected({ queue: { max: 2_000 } });
    for (let round = 0; round < 2; round += 1) {
      for (let channel = 0; channel < 300; channel += 1) void realtime.publish(`public:c${channel}`, "said", round);
      await clock.advance(1_000);
    }
    for (let channel = 0; channel < 300; channel += 1)
      expect(hub.messages(`public:c${channel}`).map(({ data }) => data)).toEqual([0, 1]);
  });
});
