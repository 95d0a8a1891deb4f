import { describe, expect, test } from "vitest";
import { createWorld } from "./kit/world.js";

const A = "public:a";

describe("the order of a producer", () => {
  test("is kept: a message is appended only after the one it names", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    await ada.sub(A);
    expect(await ada.pub(A, 2)).toMatchObject({ t: "nack", code: "out-of-order", last: 0 });
    expect(await ada.pub(A, 1)).toMatchObject({ t: "ack" });
    expect(await ada.pub(A, 3)).toMatchObject({ t: "nack", code: "out-of-order", last: 1 });
    expect(await ada.pub(A, 3, { b: 1 })).toMatchObject({ t: "ack" });
    await world.after(10);
    expect(ada.offsets(A)).toEqual([1, 2]);
  });

  test("is kept per user, producer and channel", async () => {
    const world = createWorld();
    const [ada, bob] = [await world.join("ada"), await world.join("bob")];
    for (const [client, channel, p] of [
      [ada, A, "p1"],
      [ada, A, "p2"],
      [ada, "public:b", "p1"],
      [bob, A, "p1"],
    ] as const) {
      expect(await client.pub(channel, 1, { p })).toMatchObject({ t: "ack" });
    }
  });

  test("goes on through another session", async () => {
    const world = createWorld();
    await (await world.join("ada")).pub(A, 1);
    expect(await (await world.join("ada")).pub(A, 2)).toMatchObject({
      t: "ack",
      pos: [expect.anything(), 2, "ada:p1:2"],
    });
  });
});

describe("a repeat", () => {
  test("gets the first answer and is not delivered again", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    await ada.sub(A);
    const first = await ada.pub(A, 1);
    await world.after(1_000);
    expect(await ada.pub(A, 1)).toEqual(first);
    await world.after(1_000);
    expect(ada.offsets(A)).toEqual([1]);
  });

  test("is recognised for 24 h, whatever the history has let go", async () => {
    const world = createWorld({ history: { messages: 1 } });
    const first = await (await world.join("ada")).pub(A, 1);
    await (await world.join("bob")).pub(A, 1);
    await world.after(86_400_000);
    expect(await (await world.join("ada")).pub(A, 1)).toEqual(first);
    await world.after(1);
    expect(await (await world.join("ada")).pub(A, 2)).toMatchObject({ t: "nack", code: "out-of-order", last: 0 });
  });

  test("of the last 256 has its answer, an older one's outcome is unknown", async () => {
    const world = createWorld({ limits: { messagesPerMinute: 0 } });
    const ada = await world.join("ada");
    for (let sequence = 1; sequence <= 257; sequence++) await ada.pub(A, sequence);
    expect(await ada.pub(A, 2)).toMatchObject({ t: "ack", s: 2 });
    expect(await ada.pub(A, 1)).toMatchObject({ t: "nack", code: "outcome-unknown" });
  });

  test("is free, also when the rate is used up", async () => {
    const world = createWorld({ limits: { messagesPerMinute: 2 } });
    const ada = await world.join("ada");
    await ada.pub(A, 1);
    for (let repeat = 0; repeat < 300; repeat++) expect((await ada.pub(A, 1))?.t).toBe("ack");
    expect((await ada.pub(A, 2))?.t).toBe("ack");
    expect(await ada.pub(A, 3)).toMatchObject({ t: "nack", code: "rate-limited", after: 30_000 });
    for (let repeat = 0; repeat < 300; repeat++) expect((await ada.pub(A, 2))?.t).toBe("ack");
    expect(ada.closedWith).toBeUndefined();
  });
});

describe("the rate", () => {
  test("is told, and what goes beyond it is refused until then", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    for (let sequence = 1; sequence <= 100; sequence++) expect((await ada.pub(A, sequence))?.t).toBe("ack");
    expect(await ada.pub(A, 101)).toMatchObject({ t: "nack", code: "rate-limited", after: 600 });
    await world.after(599);
    expect((await ada.pub(A, 101))?.t).toBe("nack");
    await world.after(1);
    expect((await ada.pub(A, 101))?.t).toBe("ack");
  });

  test("is not used up by what is refused", async () => {
    const world = createWorld({ limits: { messagesPerMinute: 2 } });
    const ada = await world.join("ada");
    for (let repeat = 0; repeat < 20; repeat++) await ada.pub(A, 5);
    expect((await ada.pub(A, 1))?.t).toBe("ack");
    expect((await ada.pub(A, 2))?.t).toBe("ack");
  });

  test("does not start anew with a resumed connection", async () => {
    const world = createWorld({ limits: { messagesPerMinute: 1 } });
    const ada = await world.join("ada");
    await ada.pub(A, 1);
    const back = await world.join("ada", ada.welcome.s);
    expect(await back.pub(A, 2)).toMatchObject({ t: "nack", code: "rate-limited" });
  });

  test("closes only who sends three times as fast all the time, with 4003", async () => {
    const world = createWorld({ limits: { messagesPerMinute: 600 } });
    const heedless = await world.join("ada");
    const eager = await world.join("bob");
    for (let second = 0; second < 240 && !heedless.closedWith; second++) {
      for (let n = 0; n < 40; n++) heedless.send({ t: "pub", c: A, p: "x", s: 9, b: 8, n: "m", d: 1 });
      for (let n = 0; n < 25; n++) eager.send({ t: "pub", c: A, p: "x", s: 9, b: 8, n: "m", d: 1 });
      await world.after(1_000);
    }
    expect(heedless.closedWith?.code).toBe(4003);
    expect(eager.closedWith).toBeUndefined();
  });
});
