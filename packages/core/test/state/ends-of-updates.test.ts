import { defineChannels, isRealtimeError, RealtimeError } from "@attune/core";
import { sharedState } from "@attune/core/state";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { add, A, codeOf, E0, lastPatch, patched, patches, sharing, welcome } from "../support/sharing.js";
import { createWorld } from "../support/world.js";
import { createWireWorld } from "../support/wire-world.js";

describe("an update", () => {
  test("past the hundredth that waits is refused", async () => {
    const { world, state } = await sharing();
    world.end.lose(new RealtimeError("connection-lost", "cut"));
    const kept = Array.from({ length: 100 }, () => state.update(add));
    expect(await codeOf(state.update(add))).toBe("overflow");
    expect(state.$value.get()).toEqual({ n: 101 });
    await world.clock.advance(3_000);
    await welcome(world, E0);
    expect(lastPatch(world).d).toEqual([{ op: "replace", path: "/n", value: 101 }]);
    patched(world, 1);
    expect(await codeOf(Promise.all(kept))).toBe("stored");
  });

  test("of another user is not sent in somebody's name", async () => {
    const { world, state } = await sharing();
    world.end.lose(new RealtimeError("connection-lost", "cut"));
    const stored = state.update(add);
    await world.clock.advance(3_000);
    await world.end.welcome({ user: { userId: "eve", name: "Eve" } });
    world.end.join(A, { sv: E0, st: { n: 1 } });
    expect(await codeOf(stored)).toBe("wrong-user");
    expect(patches(world)).toEqual([]);
    expect(state.$value.get()).toEqual({ n: 1 });
  });

  test("ends with the service, and with the access to the channel", async () => {
    const { world, state } = await sharing();
    const revoked = state.update(add);
    world.end.send({ t: "closed", c: A, code: "forbidden", msg: "revoked" });
    expect(await codeOf(revoked)).toBe("forbidden");
    expect(await codeOf(state.update(add))).toBe("forbidden");
    const other = await sharing();
    const open = other.state.update(add);
    other.world.realtime.dispose();
    expect(await codeOf(open)).toBe("disposed");
    expect(await codeOf(other.state.update(add))).toBe("disposed");
    expect(state.$value.get()).toEqual({ n: 1 });
  });

  test("survives disconnect(), and goes out after the next connect()", async () => {
    const { world, state } = await sharing();
    const stored = state.update(add);
    void world.realtime.disconnect();
    await world.settle();
    expect(state.$status.get().pending).toBe(1);
    void world.realtime.connect();
    await world.settle();
    await welcome(world, E0);
    patched(world, 1);
    expect(await codeOf(stored)).toBe("stored");
  });

  test("that changes nothing is stored without a word", async () => {
    const { world, state } = await sharing();
    expect(await codeOf(state.update(() => {}))).toBe("stored");
    await world.settle();
    expect(patches(world)).toEqual([]);
  });

  test("leaves what it does not touch as it is, so that frameworks need not look at it", async () => {
    const { world, state } = await sharing({}, { left: { n: 1 }, right: { n: 1 } });
    const before = state.$value.get();
    void state.update((draft) => void ((draft["right"] as { n: number }).n = 2));
    expect(state.$value.get()?.["left"]).toBe(before?.["left"]);
    world.end.send({ t: "delta", c: A, e: "e1", m: [[1, "x", [{ op: "replace", path: "/right/n", value: 3 }], 0]] });
    expect(state.$value.get()?.["left"]).toBe(before?.["left"]);
  });
});

describe("what an app declares", () => {
  const channels = defineChannels({
    "public:a": { state: z.object({ n: z.number().max(2) }) },
    "public:plain": {},
  });

  test("refuses what does not fit it, before anything is sent", async () => {
    const { world, state } = await sharing({ channels } as never);
    void state.update(add);
    expect(await codeOf(state.update(add))).toBe("invalid-payload");
    expect(await codeOf(state.update((draft) => void (draft["m"] = 1)))).toBe("invalid-payload");
    expect(state.$value.get()).toEqual({ n: 2 });
    await world.settle();
    expect(patches(world)).toHaveLength(1);
  });

  test("without a state means that there is none", () => {
    const { realtime } = createWireWorld({ channels } as never);
    expect(() => sharedState(realtime.channel("public:plain"))).toThrow(/no shared state/);
  });
});

test("a provider without shared state says so", () => {
  const { realtime } = createWorld().client("ada");
  let error: unknown;
  try {
    sharedState(realtime.channel(A));
  } catch (thrown) {
    error = thrown;
  }
  expect(isRealtimeError(error, "unsupported")).toBe(true);
});
