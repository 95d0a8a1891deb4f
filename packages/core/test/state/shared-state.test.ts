import { sharedState } from "@attune/core/state";
import { describe, expect, test } from "vitest";
import { RealtimeError } from "@attune/core";
import { A, delta, E0, sharing, welcome } from "../support/sharing.js";
import { createWireWorld } from "../support/wire-world.js";

describe("a shared state", () => {
  test("is asked for with the join, and shown", async () => {
    const { world, state, channel } = await sharing();
    expect(world.end.of("sub")[0]).toMatchObject({ st: ["", 0] });
    expect(state.$value.get()).toEqual({ n: 1 });
    expect(state.$status.get()).toEqual({ version: 0, pending: 0 });
    expect(sharedState(channel)).toBe(state);
    expect(Object.isFrozen(state.$value.get())).toBe(true);
  });

  test("is undefined before the first value, and reading it joins nothing", async () => {
    const world = createWireWorld();
    const state = sharedState(world.realtime.channel(A));
    expect(state.$value.get()).toBeUndefined();
    state.$value.subscribe(() => {});
    await world.settle();
    expect(world.ends).toHaveLength(0);
  });

  test("is asked for by joining anew when the channel was joined without it", async () => {
    const world = createWireWorld();
    const channel = world.realtime.channel(A);
    channel.join();
    await world.settle();
    await world.end.welcome();
    world.end.join(A);
    await world.settle();
    expect(world.end.of("sub")[0]).not.toHaveProperty("st");
    const state = sharedState(channel);
    await world.settle();
    expect(world.end.of("sub")[1]).toMatchObject({ st: ["", 0] });
    world.end.join(A, { sv: E0, st: { n: 7 } });
    expect(state.$value.get()).toEqual({ n: 7 });
  });

  test("is asked for too when somebody wants it while the join is under way", async () => {
    const world = createWireWorld();
    const channel = world.realtime.channel(A);
    channel.join();
    await world.settle();
    await world.end.welcome();
    sharedState(channel);
    world.end.join(A);
    await world.settle();
    expect(world.end.of("sub")).toHaveLength(2);
    expect(world.end.of("sub")[1]).toMatchObject({ st: ["", 0] });
  });

  test("goes on from the version that it knows after a loss", async () => {
    const { world, state } = await sharing();
    delta(world, 1, 5);
    world.end.lose(new RealtimeError("connection-lost", "cut"));
    await world.clock.advance(3_000);
    await welcome(world, ["e1", 1]);
    expect(world.end.of("sub")[0]).toMatchObject({ st: ["e1", 1] });
    delta(world, 2, 6);
    expect(state.$value.get()).toEqual({ n: 6 });
    expect(state.$status.get()).toEqual({ version: 2, pending: 0 });
  });

  test("ignores what it has, and joins anew when a version is missing", async () => {
    const { world, state } = await sharing();
    delta(world, 1, 5);
    delta(world, 1, 9);
    expect(state.$value.get()).toEqual({ n: 5 });
    delta(world, 3, 9);
    await world.clock.advance(1_000);
    expect(state.$value.get()).toEqual({ n: 5 });
    expect(world.end.of("sub")).toHaveLength(2);
  });

  test("costs a channel nothing that nobody uses it on", async () => {
    const world = createWireWorld();
    world.realtime.channel(A).join();
    await world.settle();
    await world.end.welcome();
    world.end.join(A);
    delta(world, 1, 5);
    await world.settle();
    expect(world.end.of("sub")).toHaveLength(1);
  });
});
