/** A pipe that reconnects by itself, as the app's own socket does: what was asked before the loss has no answer any more. */
import { type ClientFrame, RealtimeError } from "@attune/core";
import { sharedState } from "@attune/core/state";
import { expect, test } from "vitest";
import { createWireWorld, type WireWorld } from "../support/wire-world.js";

const A = "public:a";

/** A client that is connected, over a pipe that comes back. */
async function welcomed(): Promise<WireWorld> {
  const world = createWireWorld({}, { reconnect: "driver" });
  void world.realtime.connect();
  await world.settle();
  await world.end.welcome();
  return world;
}

async function loseAndComeBack(world: WireWorld): Promise<void> {
  world.end.lose(new RealtimeError("connection-lost", "cut"));
  await world.settle();
  await world.end.welcome();
  await world.settle();
}

type Asked<T extends ClientFrame["t"]> = Extract<ClientFrame, { t: T }>;

/** The last one that was sent. */
const lastOf = <T extends "pub" | "patch">(world: WireWorld, type: T) => world.end.of(type).at(-1) as Asked<T>;

/** `waits` until it is settled. */
function outcomeOf(promise: Promise<unknown>): { now: string } {
  const outcome = { now: "waits" };
  promise.then(
    () => (outcome.now = "stored"),
    ({ code }) => (outcome.now = code),
  );
  return outcome;
}

test.each(["stored", "refused"] as const)(
  "settles a publish whose answer was lost when the app's own socket came back (%s)",
  async (answer) => {
    const world = await welcomed();
    const outcome = outcomeOf(world.realtime.publish(A, "message", 1));
    await world.settle();
    await loseAndComeBack(world);
    expect(world.end.of("pub")).toHaveLength(2);
    const again = lastOf(world, "pub");
    const { c, p, s } = again;
    if (answer === "stored") world.end.ack(again, 1);
    else world.end.send({ t: "nack", c, p, s, code: "forbidden", msg: "no" });
    await world.settle();
    expect(outcome.now).toBe(answer);
    expect(world.realtime.$queue.get().map(({ state }) => state)).toEqual(answer === "stored" ? [] : ["failed"]);
  },
);

test("settles a change of shared state whose answer was lost when the app's own socket came back", async () => {
  const world = await welcomed();
  const channel = world.realtime.channel(A);
  const state = sharedState(channel);
  channel.join();
  await world.settle();
  world.end.join(A, { sv: ["e1", 0], st: { n: 1 } });
  await world.settle();
  const outcome = outcomeOf(state.update((draft) => void ((draft as { n: number }).n += 1)));
  await world.settle();
  await loseAndComeBack(world);
  world.end.join(A, { sv: ["e1", 1], st: { n: 2 } });
  await world.settle();
  expect(world.end.of("patch")).toHaveLength(2);
  const { c, p, s } = lastOf(world, "patch");
  world.end.send({ t: "patched", c, p, s, at: ["e1", 1] });
  await world.settle();
  expect(outcome.now).toBe("stored");
});

test("stores what was under way when a server that keeps nothing started anew", async () => {
  const world = await welcomed();
  const first = world.realtime.publish(A, "message", 1);
  await world.settle();
  world.end.ack(lastOf(world, "pub"), 1);
  await first;
  const outcome = outcomeOf(world.realtime.publish(A, "message", 2));
  await world.settle();
  await loseAndComeBack(world);
  const again = lastOf(world, "pub");
  expect(again).toMatchObject({ s: 2, b: 1 });
  // The new server knows nothing of this chain.
  world.end.send({ t: "nack", c: A, p: again.p, s: 2, code: "out-of-order", msg: "no", last: 0 });
  await world.settle();
  expect(lastOf(world, "pub")).toMatchObject({ s: 2, b: 0 });
  world.end.ack(lastOf(world, "pub"), 1);
  await world.settle();
  expect(outcome.now).toBe("stored");
});
