import { RealtimeError } from "@attune/core";
import { sharedState } from "@attune/core/state";
import { describe, expect, test } from "vitest";
import {
  add,
  A,
  codeOf,
  delta,
  E0,
  lastPatch,
  patched,
  patches,
  refuse,
  sharing,
  welcome,
} from "../support/sharing.js";
import { createWireWorld } from "../support/wire-world.js";

describe("an update", () => {
  test("is shown at once, sent as a patch, and stored", async () => {
    const { world, state } = await sharing();
    const stored = state.update(add);
    expect(state.$value.get()).toEqual({ n: 2 });
    expect(state.$status.get()).toEqual({ version: 0, pending: 1 });
    await world.settle();
    expect(patches(world)).toMatchObject([{ c: A, s: 1, b: E0, d: [{ op: "replace", path: "/n", value: 2 }] }]);
    patched(world, 1);
    await expect(stored).resolves.toEqual({ epoch: "e1", version: 1 });
    expect(state.$value.get()).toEqual({ n: 2 });
    delta(world, 1, 2, `ada:${lastPatch(world).p}:1`);
    expect(state.$status.get()).toEqual({ version: 1, pending: 0 });
    expect(state.$value.get()).toEqual({ n: 2 });
  });

  test("waits while one is under way, and goes with the others that waited", async () => {
    const { world, state } = await sharing();
    for (let n = 0; n < 4; n++) void state.update(add);
    await world.settle();
    expect(patches(world)).toHaveLength(1);
    delta(world, 1, 2, `ada:${lastPatch(world).p}:1`);
    await world.settle();
    expect(patches(world).map(({ s, d }) => [s, d])).toEqual([
      [1, [{ op: "replace", path: "/n", value: 2 }]],
      [2, [{ op: "replace", path: "/n", value: 5 }]],
    ]);
  });

  test("is sent again as it was, when its answer was lost", async () => {
    const { world, state } = await sharing();
    const stored = state.update(add);
    await world.settle();
    const [first] = patches(world);
    world.end.lose(new RealtimeError("connection-lost", "cut"));
    await world.clock.advance(3_000);
    await welcome(world, ["e1", 1], { n: 9 });
    expect(patches(world)).toEqual([first]);
    patched(world, 1);
    expect(await codeOf(stored)).toBe("stored");
    expect(state.$value.get()).toEqual({ n: 9 });
  });

  test("is made anew on top of what went before it, once that is known", async () => {
    const { world, state } = await sharing();
    const stored = state.update(add);
    await world.settle();
    refuse(world, "conflict", { last: 1 });
    await world.settle();
    expect(patches(world)).toHaveLength(1);
    delta(world, 1, 10);
    expect(state.$value.get()).toEqual({ n: 11 });
    await world.settle();
    expect(lastPatch(world)).toMatchObject({ s: 2, b: ["e1", 1], d: [{ path: "/n", value: 11 }] });
    patched(world, 2);
    expect(await codeOf(stored)).toBe("stored");
  });

  test("that the server refuses is taken back, and those after it stay", async () => {
    const { world, state } = await sharing();
    const first = state.update(add);
    await world.settle();
    const [bad, good] = [state.update((draft) => void (draft["bad"] = true)), state.update(add)];
    patched(world, 1);
    delta(world, 1, 2, `ada:${lastPatch(world).p}:1`);
    await world.settle();
    refuse(world, "invalid-payload");
    await world.settle();
    expect(lastPatch(world)).toMatchObject({ d: [{ op: "add", path: "/bad" }] });
    refuse(world, "invalid-payload");
    await world.settle();
    expect(state.$value.get()).toEqual({ n: 3 });
    patched(world, 2);
    expect(await Promise.all([first, bad, good].map(codeOf))).toEqual(["stored", "invalid-payload", "stored"]);
  });

  test("waits for as long as the server says, and is the same then", async () => {
    const { world, state } = await sharing();
    void state.update(add);
    await world.settle();
    refuse(world, "rate-limited", { after: 400 });
    await world.settle();
    void state.update(add);
    await world.clock.advance(399);
    expect(patches(world)).toHaveLength(1);
    await world.clock.advance(1);
    const [first, again] = patches(world);
    expect(again).toEqual(first);
  });

  test("made offline is kept, and made on top of the server's value", async () => {
    const { world, state } = await sharing();
    world.end.lose(new RealtimeError("connection-lost", "cut"));
    const stored = state.update(add);
    expect(state.$value.get()).toEqual({ n: 2 });
    await world.clock.advance(3_000);
    await welcome(world, ["e1", 3], { n: 40 });
    expect(state.$value.get()).toEqual({ n: 41 });
    expect(lastPatch(world)).toMatchObject({ b: ["e1", 3], d: [{ value: 41 }] });
    patched(world, 4);
    expect(await codeOf(stored)).toBe("stored");
  });

  test("made before anything is known waits, and joins the channel until it is stored", async () => {
    const world = createWireWorld();
    const state = sharedState(world.realtime.channel(A));
    const stored = state.update(add);
    expect(state.$value.get()).toBeUndefined();
    await world.settle();
    await welcome(world, E0, { n: 1 });
    expect(state.$value.get()).toEqual({ n: 2 });
    patched(world, 1);
    expect(await codeOf(stored)).toBe("stored");
    await world.clock.advance(1_000);
    expect(world.end.of("unsub")).toHaveLength(1);
  });

  test("that does not fit any more is given up as a conflict", async () => {
    const { world, state } = await sharing();
    world.end.lose(new RealtimeError("connection-lost", "cut"));
    const stored = state.update((draft) => {
      if (draft["n"] !== 1) throw new Error("not one");
      draft["n"] = 2;
    });
    await world.clock.advance(3_000);
    await welcome(world, ["e1", 3], { n: 40 });
    expect(await codeOf(stored)).toBe("conflict");
    expect(state.$value.get()).toEqual({ n: 40 });
    expect(patches(world)).toEqual([]);
  });

  test("that is wrong from the start is told at once, and nothing is sent", async () => {
    const { world, state } = await sharing();
    expect(await codeOf(state.update((draft) => void (draft["at"] = new Date(0))))).toBe("invalid-payload");
    expect(await codeOf(state.update((draft) => void (draft["at"] = undefined)))).toBe("invalid-payload");
    expect(await codeOf(state.update(() => 1 as never))).toBe("invalid-payload");
    const error = new Error("of the app");
    expect(
      await codeOf(
        state.update(() => {
          throw error;
        }),
      ),
    ).toBe(error);
    await world.settle();
    expect(patches(world)).toEqual([]);
    expect(state.$value.get()).toEqual({ n: 1 });
  });
});
