import { MAX_CHUNK_CHARS } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import { createMemoryBroker } from "../src/core.js";
import { ManualClock } from "./kit/manual-clock.js";
import { A, initialState, joined, NONE, patch, set, sharing, versions } from "./kit/shared-state.js";
import { slowBroker } from "./kit/slow-broker.js";
import { createEnv } from "./kit/world.js";

describe("joining", () => {
  test("brings the state to who asks for it, and to nobody else", async () => {
    const world = sharing();
    const [ada, bob] = [await world.join("ada"), await world.join("bob")];
    const { st, sv } = await joined(ada);
    expect(st).toEqual(initialState());
    const plain = await bob.sub(A);
    expect(plain).not.toHaveProperty("sv");
    await patch(ada, world, sv, [set("/topic", "x")]);
    await world.after(10);
    expect(versions(ada)).toEqual([1]);
    expect(versions(bob)).toEqual([]);
  });

  test("brings no value to who knows it, and the changes alone to who knows an earlier one", async () => {
    const world = sharing();
    const ada = await world.join("ada");
    const { sv } = await joined(ada);
    for (const topic of ["a", "b", "c"]) await world.core.updateState(A, (draft) => void (draft["topic"] = topic));
    await world.after(100);
    const bob = await world.join("bob");
    const again = await joined(bob, [sv[0], 1]);
    expect(again).toMatchObject({ sv: [sv[0], 1] });
    expect(again).not.toHaveProperty("st");
    expect(versions(bob)).toEqual([2, 3]);
    const third = await joined(await world.join("cat"), [sv[0], 3]);
    expect(third).not.toHaveProperty("st");
  });

  test("brings the value when what changed since would be longer, or is of another epoch", async () => {
    const world = sharing();
    const { sv } = await joined(await world.join("ada"));
    for (let n = 0; n < 40; n++) await world.core.updateState(A, (draft) => void (draft["topic"] = `${n}`));
    for (const known of [sv, ["other", 40] as const, [sv[0], 41] as const]) {
      expect(await joined(await world.join("bob"), known)).toMatchObject({ sv: [sv[0], 40], st: { topic: "39" } });
    }
  });

  test("is cut with the rest, also while somebody goes on changing it", async () => {
    const world = sharing();
    const ada = await world.join("ada");
    const { sv } = await joined(ada);
    for (let n = 0; n < 40; n++) await world.core.publish(A, "m", "x".repeat(10_000));
    await world.after(100);
    const bob = await world.join("bob");
    bob.send({ t: "sub", r: 1, c: A, st: NONE, last: 40 });
    for (let more = true, n = 0; more; n++) {
      await patch(ada, world, [sv[0], n], [set("/topic", `${n}`)]);
      await world.after(60);
      more = (bob.all("chunk").at(-1) ?? bob.last("joined")).more;
      if (more) bob.send({ t: "more", r: 1 });
    }
    await world.after(100);
    await patch(ada, world, [sv[0], 3], [set("/topic", "live")]);
    await world.after(100);
    const [, at] = bob.last("joined").sv ?? NONE;
    // One that was on its way to the others at that instant may come though the cut has it.
    const seen = versions(bob).filter((version) => version > at);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual(seen.map((_, index) => at + 1 + index));
  });

  test("brings a large state whole, and everything else in pieces that are small", async () => {
    const big = { text: "x".repeat(200_000) };
    const world = sharing({ initialState: () => big });
    for (let n = 0; n < 10; n++) await world.core.publish(A, "m", "y".repeat(20_000));
    const ada = await world.join("ada");
    ada.clear();
    const answer = await ada.sub(A, { st: NONE, last: 10 });
    expect(answer).toMatchObject({ st: big, m: [], more: true });
    expect(ada.offsets(A)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(ada.sizes.filter((size) => size > MAX_CHUNK_CHARS)).toHaveLength(1);
  });
});

describe("a change", () => {
  test("is applied once and told to everybody, with who made it", async () => {
    const world = sharing();
    const [ada, bob] = [await world.join("ada"), await world.join("bob")];
    const { sv } = await joined(ada);
    await joined(bob);
    const operations = [set("/topic", "Tuning")];
    const answer = await patch(ada, world, sv, operations, { s: 7 });
    expect(answer).toEqual({ t: "patched", c: A, p: "p1", s: 7, at: [sv[0], 1] });
    await world.after(10);
    for (const client of [ada, bob]) {
      expect(client.last("delta")).toEqual({
        t: "delta",
        c: A,
        e: sv[0],
        m: [[1, "ada:p1:7", operations, ["ada", "ADA"]]],
      });
    }
    expect(world.core.stats().stateChanges).toBe(1);
  });

  test("gets its first answer when it comes again, from another connection too, and whatever happened since", async () => {
    const world = sharing({ bounds: { patchesPerSecond: 1 } });
    const ada = await world.join("ada");
    const { sv } = await joined(ada);
    const first = await patch(ada, world, sv, [set("/topic", "1")], { s: 1_000 });
    await world.core.updateState(A, (draft) => void (draft["topic"] = "2"));
    ada.drop();
    const again = await world.join("ada");
    await joined(again);
    for (let n = 0; n < 5; n++) {
      expect(await patch(again, world, sv, [set("/topic", "1")], { s: 1_000 })).toEqual(first);
    }
    expect((await world.core.readState(A)).value).toMatchObject({ topic: "2" });
    expect(await patch(again, world, sv, [], { s: 999 })).toMatchObject({ code: "outcome-unknown" });
  });

  test("of another place than what changed since is taken, one of the same place is not", async () => {
    const world = sharing();
    const [ada, bob] = [await world.join("ada"), await world.join("bob")];
    const { sv } = await joined(ada);
    await joined(bob);
    await patch(ada, world, sv, [set("/topic", "ada")]);
    expect(await patch(bob, world, sv, [set("/topic", "bob")])).toMatchObject({ code: "conflict", last: 1 });
    const add = { op: "add", path: "/notes/bob", value: 1 };
    expect(await patch(bob, world, sv, [add])).toMatchObject({ t: "patched", at: [sv[0], 2] });
    expect(await patch(bob, world, ["other", 2], [add])).toMatchObject({ code: "conflict" });
    expect(await patch(bob, world, [sv[0], 99], [add])).toMatchObject({ code: "conflict", last: 2 });
    expect((await world.core.readState(A)).value).toEqual({ topic: "ada", notes: { bob: 1 }, list: [] });
  });

  test("is refused when nobody knows any more what changed since", async () => {
    const world = sharing();
    const ada = await world.join("ada");
    const { sv } = await joined(ada);
    for (let n = 0; n < 1_100; n++) await world.core.updateState(A, (draft) => void (draft["topic"] = `${n}`));
    await world.after(100);
    const note = [{ op: "add", path: "/notes/ada", value: 1 }];
    expect(await patch(ada, world, [sv[0], 10], note)).toMatchObject({ code: "conflict", last: 1_100 });
    expect(await patch(ada, world, [sv[0], 1_000], note)).toMatchObject({ t: "patched" });
  });

  test("needs the channel to be joined with its state, and access", async () => {
    const world = sharing({
      canAccessChannel: (user, _channel, action) => action !== "state" || user?.userId === "ada",
    });
    const [ada, bob] = [await world.join("ada"), await world.join("bob")];
    expect(await patch(ada, world, NONE, [])).toMatchObject({ code: "not-joined" });
    await ada.sub(A);
    expect(await patch(ada, world, NONE, [])).toMatchObject({ code: "not-joined" });
    const { sv } = await joined(bob);
    expect(await patch(bob, world, sv, [set("/topic", "bob")])).toMatchObject({ code: "forbidden" });
    await joined(ada);
    expect(await patch(ada, world, sv, [set("/topic", "ada")])).toMatchObject({ t: "patched" });
  });

  test.each([
    ["a path to a prototype", [{ op: "add", path: "/__proto__/polluted", value: 1 }], "invalid-payload"],
    ["a constructor", [{ op: "add", path: "/constructor/prototype/polluted", value: 1 }], "invalid-payload"],
    [
      "a value with __proto__",
      [JSON.parse('{"op":"add","path":"/x","value":{"__proto__":{"polluted":1}}}')],
      "invalid-payload",
    ],
    ["something that is no patch", [1], "invalid-payload"],
    ["a place that there is not", [set("/none/x", 1)], "invalid-payload"],
    ["a root that is no container", [set("", 1)], "invalid-payload"],
    ["what is nested too deeply", [set("/topic", JSON.parse("[".repeat(80) + "]".repeat(80)))], "invalid-payload"],
    ["too many operations", Array.from({ length: 1_001 }, () => set("/topic", 1)), "invalid-payload"],
    ["a large patch", [set("/topic", "x".repeat(70_000))], "payload-too-large"],
  ])("is refused when it brings %s, and nobody hears of it", async (_, operations, code) => {
    const world = sharing();
    const ada = await world.join("ada");
    const { sv } = await joined(ada);
    expect(await patch(ada, world, sv, operations)).toMatchObject({ t: "nack", code });
    await world.after(10);
    expect(versions(ada)).toEqual([]);
    expect((await world.core.readState(A)).value).toEqual(initialState());
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("is refused when the whole would grow too large", async () => {
    const world = sharing({ bounds: { stateBytes: 100_000 } });
    const ada = await world.join("ada");
    const { sv } = await joined(ada);
    expect(await patch(ada, world, sv, [set("/topic", "x".repeat(60_000))])).toMatchObject({ t: "patched" });
    const more = await patch(ada, world, [sv[0], 1], [{ op: "add", path: "/more", value: "x".repeat(60_000) }]);
    expect(more).toMatchObject({ code: "payload-too-large" });
  });

  test("is held to a rate, and told when to come again", async () => {
    const world = sharing({ bounds: { patchesPerSecond: 2 } });
    const ada = await world.join("ada");
    const { sv } = await joined(ada);
    for (let n = 0; n < 4; n++) await patch(ada, world, [sv[0], n], [set("/topic", `${n}`)]);
    const refused = await patch(ada, world, [sv[0], 4], [set("/topic", "5")]);
    expect(refused).toMatchObject({ code: "rate-limited", after: 500 });
    await world.after(500);
    expect(await patch(ada, world, [sv[0], 4], [set("/topic", "5")])).toMatchObject({ t: "patched" });
  });

  test("of each of many at once is judged by what the one before it made, when the broker takes its time", async () => {
    const clock = new ManualClock();
    const broker = slowBroker(createMemoryBroker({ env: createEnv(clock) }), clock, () => 5);
    const world = sharing({ broker }, clock);
    const clients = await Promise.all(["ada", "bob", "cat"].map((name) => world.join(name)));
    for (const client of clients) client.send({ t: "sub", r: 1, c: A, st: NONE });
    await clock.advance(200);
    const { sv } = clients[0]?.last("joined") ?? {};
    clients.forEach((client, index) =>
      client.send({
        t: "patch",
        c: A,
        p: "p1",
        s: 1,
        b: sv ?? NONE,
        d: [index < 2 ? set("/topic", index) : { op: "add", path: "/notes/cat", value: 1 }],
      }),
    );
    await clock.advance(200);
    expect(clients.map((client) => client.frames.find(({ t }) => t === "patched" || t === "nack"))).toMatchObject([
      { at: [sv?.[0], 1] },
      { code: "conflict", last: 1 },
      { at: [sv?.[0], 2] },
    ]);
    for (const client of clients) expect(versions(client)).toEqual([1, 2]);
  });
});
