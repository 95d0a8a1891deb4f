/** How a table's changes are joined, left and joined anew. */
import { until } from "@attune/testing";
import { expect, test } from "vitest";
import { livePostgresWorld, postgresWorld } from "./postgres-world.js";

test("nothing is joined or read until somebody listens, and nothing more when nobody does", async () => {
  const world = postgresWorld();
  await world.settle();
  expect(world.made).toHaveLength(0);
  const end = world.source.on("insert", () => {});
  await world.flow();
  expect(world.reads).toHaveLength(1);
  await world.answer();
  expect(world.source.$rows.value).toMatchObject({ status: "live", rows: [] });
  end();
  await until(() => !world.isJoined);
  expect(world.status).toBe("stale");
  expect(world.clock.pendingTimers).toBe(0);
});

test("who listens again gets the rows anew", async () => {
  const world = postgresWorld();
  const end = world.source.$rows.listen(() => {});
  await world.flow();
  await world.answer();
  end();
  await until(() => !world.isJoined);
  await world.lose();
  world.commit("INSERT", { id: 5, value: 5 });
  world.source.$rows.listen(() => {});
  await world.flow();
  await world.answer();
  expect(world.source.$rows.value).toMatchObject({ status: "live", rows: [{ id: 5, value: 5 }] });
});

test("it has a topic of its own, another one while that is taken, and is private when asked to", async () => {
  const world = postgresWorld({ isPrivate: true });
  world.client.channel("here#public.items", { config: { private: false } });
  world.source.$rows.listen(() => {});
  await world.settle();
  expect(world.channel).toMatchObject({ topic: "realtime:here#public.items#2", isPrivate: true });
});

test("a joined channel is not enough: the rows are read when changes flow", async () => {
  const world = postgresWorld();
  world.source.$rows.listen(() => {});
  await world.settle();
  world.channel.status("SUBSCRIBED");
  world.channel.say({ extension: "system", status: "ok", message: "Replication connection established" });
  await world.settle();
  expect(world.reads).toHaveLength(0);
  await world.flow();
  expect(world.reads).toHaveLength(1);
});

test("a channel on which no changes flow within 30 s is left, and joined again", async () => {
  const world = postgresWorld();
  world.source.$rows.listen(() => {});
  await world.settle();
  world.channel.status("SUBSCRIBED");
  await world.clock.advance(30_000);
  expect(world.isJoined).toBe(false);
  expect(world.source.$rows.value).toMatchObject({ status: "loading", error: { code: "timeout" } });
  await world.clock.advance(1_000);
  expect(world.made).toHaveLength(2);
});

test("after each failed join the wait doubles, up to 30 s; limits that were hit ask for 5 s", async () => {
  const world = postgresWorld();
  world.source.$rows.listen(() => {});
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 7; attempt += 1) {
    await world.settle();
    const sinceMs = world.clock.now();
    world.channel.status("CHANNEL_ERROR", new Error(attempt === 1 ? "Too many joins per second" : "down"));
    while (!world.isJoined) await world.clock.advance(500);
    waits.push(world.clock.now() - sinceMs);
  }
  expect(waits).toEqual([5_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test.each(["CLOSED", "CHANNEL_ERROR", "TIMED_OUT"] as const)(
  "after %s it is stale, keeps its rows, and comes back",
  async (status) => {
    const world = await livePostgresWorld();
    world.channel.say({ extension: "system", status: "error", message: "Token has expired 3 seconds ago" });
    await world.lose(status);
    expect(world.source.$rows.value).toMatchObject({
      status: "stale",
      rows: [{ id: 1, value: 1 }],
      error: { code: "auth-failed" },
    });
    world.commit("UPDATE", { id: 1, value: 2 });
    await world.clock.advance(1_000);
    await world.flow();
    expect(world.status).toBe("stale");
    await world.answer();
    expect(world.source.$rows.value).toEqual({ status: "live", rows: [{ id: 1, value: 2 }], error: undefined });
  },
);

test("a channel that stayed joined through a new connection is joined anew: the server does not know it", async () => {
  const world = await livePostgresWorld();
  const callbacks = world.client.realtime.stateChangeCallbacks;
  for (const [, opened] of callbacks.open as [string, () => void][]) opened();
  expect(world.source.$rows.value).toMatchObject({ status: "stale", error: { code: "connection-lost" } });
  expect(callbacks.open).toHaveLength(0);
});

test("when the server subscribes to the database a second time, the rows are read again", async () => {
  const world = await livePostgresWorld();
  world.table.set(2, { id: 2, value: 2 });
  world.channel.say({ extension: "postgres_changes", status: "ok", message: "Subscribed to PostgreSQL" });
  expect(world.status).toBe("stale");
  await world.answer();
  expect(world.rows).toHaveLength(2);
  expect(world.status).toBe("live");
});

test("the server's word that it cannot subscribe to the table ends the join", async () => {
  const world = postgresWorld();
  world.source.$rows.listen(() => {});
  await world.settle();
  const message = "Unable to subscribe to changes with given parameters";
  world.channel.say({ extension: "postgres_changes", status: "error", message });
  expect(world.source.$rows.value?.error?.message).toContain(message);
  expect(world.isJoined).toBe(false);
});
