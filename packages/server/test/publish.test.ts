import { defineChannels, RealtimeError } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createWorld, type FakeClient, settle } from "./kit/world.js";

const A = "public:a";

const channels = defineChannels({
  "public:a": { events: { message: z.object({ text: z.string() }), later: z.object({}).refine(async () => true) } },
});

describe("a message", () => {
  test("is acknowledged with its place, and reaches every subscriber once, its publisher too", async () => {
    const world = createWorld();
    const [ada, bob, eve] = [await world.join("ada"), await world.join("bob"), await world.join("eve")];
    await ada.sub(A);
    await bob.sub(A);
    const ack = await ada.pub(A, 1);
    await world.after(10);
    const position = [ack?.t === "ack" ? ack.pos[0] : "", 1, "ada:p1:1"];
    expect(ack).toEqual({ t: "ack", c: A, p: "p1", s: 1, pos: position, ts: world.clock.now() - 10 });
    const message = [1, "ada:p1:1", "message", { text: "m1" }, ["ada", "ADA"], world.clock.now() - 10];
    for (const reader of [ada, bob])
      expect(reader.all("msg")).toEqual([{ t: "msg", c: A, e: position[0], m: [message] }]);
    expect(eve.all("msg")).toEqual([]);
  });

  test("of an anonymous sender has one without an id, and is not the backend's", async () => {
    const world = createWorld();
    const someone = await world.join();
    await someone.sub(A);
    await someone.pub(A, 1);
    await world.core.publish(A, "message", {});
    await world.after(10);
    expect(someone.all("msg").flatMap(({ m }) => m.map(([, id, , , sender]) => [id, sender]))).toEqual([
      [":p1:1", ["", ""]],
      [expect.not.stringContaining(":"), 0],
    ]);
  });

  test("cannot be published in the name of somebody else", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    await ada.sub(A);
    ada.raw({ t: "pub", c: A, p: "p", s: 1, b: 0, n: "message", d: {}, sender: ["bob", "Bob"], ts: 7, id: "bob:p:1" });
    await world.after(10);
    expect(ada.last("msg").m[0]?.slice(1, 5)).toEqual(["ada:p:1", "message", {}, ["ada", "ADA"]]);
    // "ada" + "bob:p" would read like user "ada:bob".
    expect(await ada.pub(A, 1, { p: "bob:p" })).toMatchObject({ t: "nack", code: "invalid-payload" });
  });

  test("without data carries null", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    await ada.sub(A);
    ada.raw({ t: "pub", c: A, p: "p", s: 1, b: 0, n: "ping" });
    await world.after(10);
    expect(ada.last("msg").m[0]?.[3]).toBeNull();
  });

  test.each<[string, string, Parameters<FakeClient["pub"]>[2]]>([
    ["invalid-channel", "nonsense", {}],
    ["invalid-channel", "public:b", {}],
    ["unknown-event", A, { n: "other" }],
    ["unknown-event", A, { n: "toString" }],
    ["unknown-event", A, { n: "@typing" }],
    ["invalid-payload", A, { d: { text: 7 } }],
    ["invalid-payload", A, { d: { text: "x", more: 1 } }],
    ["invalid-payload", A, { d: JSON.parse('{"text":"x","__proto__":{"admin":true}}') }],
    ["invalid-payload", A, { d: JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`) }],
    ["payload-too-large", A, { d: { text: "x".repeat(65_536) } }],
    ["payload-too-large", A, { d: { text: "€".repeat(22_000) } }],
    ["async-schema", A, { n: "later", d: {} }],
  ])("is refused with %s, reaches nobody, and does not advance the chain (%#)", async (code, channel, pub) => {
    const world = createWorld({ channels });
    const ada = await world.join("ada");
    await ada.sub(A);
    expect(await ada.pub(channel, 1, pub)).toMatchObject({ t: "nack", c: channel, p: "p1", s: 1, code });
    await world.after(10);
    expect(ada.all("msg")).toEqual([]);
    expect(await ada.pub(A, 2, { b: 0 })).toMatchObject({ t: "ack" });
  });

  test("takes as many bytes as the limit says, and not one more", async () => {
    const world = createWorld({ limits: { messageBytes: 20 } });
    const ada = await world.join("ada");
    expect(await ada.pub(A, 1, { d: "€".repeat(6) })).toMatchObject({ t: "ack" });
    expect(await ada.pub(A, 2, { d: `${"€".repeat(6)}x` })).toMatchObject({ t: "nack", code: "payload-too-large" });
  });

  test("of the reserved events is refused also where nothing is defined", async () => {
    const ada = await createWorld().join("ada");
    for (const n of ["member_joined", "@typing", "", "x".repeat(201)]) {
      expect(await ada.pub(A, 1, { n })).toMatchObject({ t: "nack", code: "unknown-event" });
    }
  });

  test("is acknowledged and delivered only after the append", async () => {
    let commit: () => void = () => {};
    const world = createWorld();
    const broker = world.core.settings.broker;
    const slow = createWorld({
      broker: {
        connect: () => {
          const node = broker.connect();
          const append = node.append.bind(node);
          node.append = (...args) => new Promise((resolve) => void (commit = () => resolve(append(...args))));
          return node;
        },
      },
    });
    const ada = await slow.join("ada");
    await ada.sub(A);
    expect(await ada.pub(A, 1)).toBeUndefined();
    ada.send({ t: "ping", r: 1 });
    ada.send({ t: "unsub", c: A });
    expect(ada.frames.map(({ t }) => t)).toEqual(["welcome", "joined", "pong"]);
    commit();
    await slow.after(0);
    expect(ada.all("ack")).toHaveLength(1);
  });

  test("fails with internal-error when the broker fails, and the next one is tried", async () => {
    const world = createWorld();
    const node = world.core.settings.broker.connect();
    node.append = () => Promise.reject(new Error("disk full"));
    const failing = createWorld({ broker: { connect: () => node } });
    const ada = await failing.join("ada");
    expect(await ada.pub(A, 1)).toMatchObject({ t: "nack", code: "internal-error" });
    expect(failing.reported).toMatchObject([{ where: 'frame "pub"' }]);
    expect(ada.closedWith).toBeUndefined();
  });
});

describe("the backend", () => {
  test("publishes to a channel that nobody is on", async () => {
    const world = createWorld();
    const first = await world.core.publish(A, "message", { text: "1" });
    expect(first).toMatchObject({ position: { offset: 1, id: first.id }, timestampMs: world.clock.now() });
    expect(world.core.stats().channels).toBe(0);
  });

  test.each([
    ["nonsense", "message", { text: "x" }, "invalid-channel"],
    [A, "other", { text: "x" }, "unknown-event"],
    [A, "message", { text: 7 }, "invalid-payload"],
    [A, "message", { text: "x".repeat(70_000) }, "payload-too-large"],
  ])("is refused like everybody else: %s %s", async (channel, event, data, code) => {
    const world = createWorld({ channels });
    await expect(world.core.publish(channel, event, data)).rejects.toMatchObject({ code });
  });

  test("is refused what is no JSON", async () => {
    const world = createWorld();
    await expect(world.core.publish(A, "message", undefined)).rejects.toMatchObject({ code: "invalid-payload" });
    await expect(world.core.publish(A, "message", () => {})).rejects.toBeInstanceOf(RealtimeError);
  });
});

describe("frames of one connection", () => {
  test("are worked on one after the other, whatever the app takes for each", async () => {
    const answers: (() => void)[] = [];
    const world = createWorld({
      canAccessChannel: (_user, _channel, action) =>
        action === "publish" ? new Promise((resolve) => void answers.push(() => resolve(true))) : true,
    });
    const ada = await world.join("ada");
    ada.send({ t: "pub", c: A, p: "p", s: 1, b: 0, n: "m", d: 1 });
    ada.send({ t: "pub", c: "public:b", p: "p", s: 1, b: 0, n: "m", d: 1 });
    ada.send({ t: "sub", r: 1, c: A });
    await settle();
    expect(answers).toHaveLength(1);
    answers[0]?.();
    await world.after(0);
    expect(ada.frames.map(({ t }) => t)).toEqual(["welcome", "ack"]);
    answers[1]?.();
    await world.after(0);
    expect(ada.frames.map(({ t }) => t)).toEqual(["welcome", "ack", "ack", "joined"]);
  });

  test("wait in a bounded queue; signals give way first, then the client is closed with 4103", async () => {
    const world = createWorld({ canAccessChannel: () => new Promise(() => {}), limits: { signalBurst: 10_000 } });
    const ada = await world.join("ada");
    ada.send({ t: "sub", r: 1, c: A });
    for (let n = 0; n < 5_000; n++) ada.send({ t: "sig", c: A, n: "cursor", d: n });
    expect(ada.closedWith).toBeUndefined();
    expect(world.core.stats().signalsDropped).toBe(5_000 - 512);
    for (let n = 0; n < 2_048; n++) ada.send({ t: "unsub", c: A });
    expect(ada.closedWith?.code).toBe(4103);
  });
});
