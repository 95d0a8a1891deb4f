import { defineChannels } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createMemoryBroker } from "../src/core.js";
import { ManualClock } from "./kit/manual-clock.js";
import { A, initialState, joined, NONE, patch, set, sharing } from "./kit/shared-state.js";
import { slowBroker } from "./kit/slow-broker.js";
import { createEnv, createWorld, type World } from "./kit/world.js";

describe("what the app declared", () => {
  const channels = defineChannels({
    "public:a": { state: z.object({ count: z.number().max(3) }) },
    "public:plain": {},
  });

  test("holds for every change, of clients and of the backend", async () => {
    const world = sharing({ channels, initialState: () => ({ count: 0 }) } as never);
    const ada = await world.join("ada");
    const { sv } = await joined(ada);
    expect(await patch(ada, world, sv, [set("/count", "1")])).toMatchObject({ code: "invalid-payload" });
    expect(await patch(ada, world, sv, [{ op: "add", path: "/other", value: 1 }])).toMatchObject({
      code: "invalid-payload",
    });
    expect(await patch(ada, world, sv, [set("/count", 3)])).toMatchObject({ t: "patched" });
    const wrong = world.core.updateState(A, (draft) => void (draft["count"] = 4));
    await expect(wrong).rejects.toMatchObject({ code: "invalid-payload" });
  });

  test("holds for the initial state, and what does not fit is reported", async () => {
    const world = sharing({ channels, initialState: () => ({}) } as never);
    const ada = await world.join("ada");
    expect(await ada.sub(A, { st: NONE })).toMatchObject({ t: "fail", code: "internal-error" });
    expect(world.reported).toMatchObject([{ error: { code: "invalid-option" } }]);
    await expect(world.core.readState(A)).rejects.toMatchObject({ code: "invalid-option" });
  });

  test("may hang for once: who waits for it is told to come back, and the next one has it begun", async () => {
    let asked = 0;
    // As a query does whose connection died.
    const world = sharing({ initialState: () => (++asked === 1 ? new Promise(() => {}) : { topic: "" }) });
    const [ada, bob] = [await world.join("ada"), await world.join("bob")];
    for (const client of [ada, bob]) client.send({ t: "sub", r: 1, c: A, st: NONE });
    await world.after(4_900);
    expect(ada.all("fail")).toEqual([]);
    await world.after(200);
    for (const client of [ada, bob]) expect(client.all("fail")).toMatchObject([{ r: 1, c: A, code: "timeout" }]);
    expect(world.reported[0]).toMatchObject({ error: { code: "timeout", retryable: true } });
    expect(await ada.sub(A, { st: NONE, r: 2 })).toMatchObject({ t: "joined", st: { topic: "" } });
    expect([asked, world.core.stats().subscriptions]).toEqual([2, 1]);
  });

  test("does not keep the backend waiting for a state that cannot be begun", async () => {
    const world = sharing({ initialState: () => new Promise(() => {}), bounds: { initialStateMs: 100 } });
    const read = world.core.readState(A).catch((error: unknown) => error);
    await world.after(100);
    expect(await read).toMatchObject({ code: "timeout" });
    expect(world.clock.pending).toBe(1);
  });

  test("without a state means that there is none", async () => {
    const world = sharing({ channels } as never);
    const ada = await world.join("ada");
    expect(await ada.sub("public:plain", { st: NONE })).toMatchObject({ t: "fail", code: "unknown-event" });
    await expect(world.core.readState("public:plain")).rejects.toMatchObject({ code: "unknown-event" });
  });
});

describe("the backend", () => {
  test("reads and changes a state that nobody has joined, and those who have see it", async () => {
    const world = sharing();
    expect(await world.core.readState(A)).toMatchObject({ version: 0, value: initialState() });
    const ada = await world.join("ada");
    await joined(ada);
    const after = await world.core.updateState(A, (draft) => {
      (draft["list"] as unknown[]).push("first");
    });
    expect(after).toMatchObject({ version: 1, value: { list: ["first"] } });
    await world.after(10);
    expect(ada.last("delta").m).toEqual([[1, expect.any(String), [{ op: "add", path: "/list/0", value: "first" }], 0]]);
    const same = await world.core.updateState(A, () => {});
    expect(same.version).toBe(1);
    const date = world.core.updateState(A, (draft) => void (draft["topic"] = new Date(0)));
    await expect(date).rejects.toMatchObject({ code: "invalid-payload" });
  });

  test("counts right, however many count at once", async () => {
    const clock = new ManualClock();
    const broker = slowBroker(createMemoryBroker({ env: createEnv(clock) }), clock, () => 1);
    const [left, right] = [1, 2].map((n) =>
      createWorld({ broker, initialState: () => ({ n: 0 }) } as never, clock, `n${n}`),
    ) as [World, World];
    const counted = [left, right, left, right].map(({ core }) =>
      core.updateState(A, (draft) => void (draft["n"] = (draft["n"] as number) + 1)),
    );
    await clock.advance(200);
    await Promise.all(counted);
    const read = left.core.readState(A);
    await clock.advance(5);
    expect((await read).value).toEqual({ n: 4 });
  });
});

describe("two nodes of one broker", () => {
  test("show one state, and of two changes of one place take the first", async () => {
    const clock = new ManualClock();
    const broker = createMemoryBroker({ env: createEnv(clock) });
    const [left, right] = [1, 2].map((n) => createWorld({ broker, initialState } as never, clock, `n${n}`)) as [
      World,
      World,
    ];
    const [ada, bob] = [await left.join("ada"), await right.join("bob")];
    const { sv } = await joined(ada);
    expect((await joined(bob)).sv).toEqual(sv);
    expect(await patch(ada, left, sv, [set("/topic", "ada")])).toMatchObject({ t: "patched" });
    expect(await patch(bob, right, sv, [set("/topic", "bob")])).toMatchObject({ code: "conflict", last: 1 });
    await clock.advance(10);
    expect(bob.last("delta").m[0]?.[1]).toMatch(/^ada:/);
  });

  test("miss nothing that is changed elsewhere while a state is being read", async () => {
    const clock = new ManualClock();
    const inner = createMemoryBroker({ env: createEnv(clock) });
    const quick = sharing({ broker: inner }, clock);
    const slow = createWorld(
      {
        broker: slowBroker(
          inner,
          clock,
          () => 20,
          () => 1,
        ),
        initialState,
      },
      clock,
      "slow",
    );
    await quick.core.readState(A);
    const ada = await slow.join("ada");
    ada.send({ t: "sub", r: 1, c: A, st: NONE });
    await clock.advance(30);
    await quick.core.updateState(A, (draft) => void (draft["topic"] = "1"));
    await clock.advance(100);
    await quick.core.updateState(A, (draft) => void (draft["topic"] = "2"));
    await clock.advance(100);
    expect(ada.all("closed")).toEqual([]);
    const [, at] = ada.last("joined").sv ?? NONE;
    // One that the cut has may come once more.
    const seen = new Set([at, ...ada.all("delta").flatMap(({ m }) => m.map(([version]) => version))]);
    expect([...seen]).toEqual([1, 2]);
  });

  test("close their subscriptions when a version never came, and show the right one after that", async () => {
    const clock = new ManualClock();
    const inner = createMemoryBroker({ env: createEnv(clock) });
    let isDeaf = false;
    const connect = () => {
      const node = inner.connect();
      const open = node.open.bind(node);
      node.open = (channel, to) =>
        open(channel, {
          ...to,
          stateChanged: (change) => void (isDeaf || to.stateChanged(change)),
          ended: () => to.ended(),
        });
      return node;
    };
    const world = sharing({ broker: { connect } }, clock);
    const ada = await world.join("ada");
    await joined(ada);
    isDeaf = true;
    await world.core.updateState(A, (draft) => void (draft["topic"] = "1"));
    isDeaf = false;
    await world.core.updateState(A, (draft) => void (draft["topic"] = "2"));
    await world.after(10);
    expect(ada.last("closed")).toMatchObject({ code: "channel-closed" });
    expect(await joined(ada)).toMatchObject({ st: { topic: "2" } });
  });
});
