import { RealtimeError } from "@attune/protocol";
import { until } from "@attune/testing";
import { expect, test } from "vitest";
import { appWorld } from "./app-world.js";
import { welcome } from "./frame-server.js";

const world = appWorld();

test("comes back with the Manager, with a new hello", async () => {
  const { order, frames, ends } = await world.opened();
  world.app.io.engine.close();
  await until(() => frames.length === 2);
  expect(order).toEqual(["transport", "frame", "closed", "transport", "frame"]);
  expect(ends).toMatchObject([{ code: "connection-lost", retryable: true }]);
  expect(world.server.hellos).toMatchObject([{ k: "token 1" }, { k: "token 2" }]);
  expect(world.clock.pendingTimers).toBe(0);
});

test("comes back by itself to a server that sent it away, after the time the server asked for", async () => {
  const { frames, ends } = await world.opened();
  world.server.sockets[0]?.emit("f", { t: "bye", code: 4000, msg: "draining", after: 7_000 });
  world.server.sockets[0]?.disconnect();
  await until(() => ends.length === 1);
  expect(frames).toHaveLength(2);
  await world.clock.advance(6_999);
  expect(world.server.sockets).toHaveLength(0);
  await world.clock.advance(1);
  await until(() => frames.length === 3);
  expect(frames[2]).toEqual(welcome);
});

test("waits longer each time that it is sent away at once", async () => {
  let refusals = 0;
  world.server.io.of("/attune").use((_, next) => {
    refusals += 1;
    next(Object.assign(new Error("no"), { data: { code: "server-draining" } }));
  });
  const { ends } = world.open();
  for (const ms of [1_000, 2_000, 4_000]) {
    await until(() => ends.length === refusals && refusals > 0);
    const before = refusals;
    await world.clock.advance(ms - 1);
    expect(refusals).toBe(before);
    await world.clock.advance(1);
    await until(() => refusals === before + 1);
  }
});

test("waits no longer than at first once it was welcome again", async () => {
  const { frames, ends } = await world.opened();
  for (const round of [1, 2, 3]) {
    world.server.sockets[0]?.disconnect();
    await until(() => ends.length === round);
    await world.clock.advance(1_000);
    await until(() => frames.length === round + 1);
  }
});

test.each([
  ["a refusal that is for good", () => world.server.io.of("/attune").use((_, next) => next(new Error("not you")))],
  [
    "a last word that is for good",
    () =>
      world.server.io.of("/attune").on("connection", (socket) => {
        socket.emit("f", { t: "bye", code: 4101, msg: "elsewhere" });
        socket.disconnect();
      }),
  ],
])("does not come back from %s", async (_, arrange) => {
  arrange();
  const { ends } = world.open();
  await until(() => ends.length === 1);
  expect(world.clock.pendingTimers).toBe(0);
  expect(world.app.io.engine.readyState).toBe("open");
});

test.each([
  ["that may pass", "auth-failed-for-now", true],
  ["that is for good", "unauthorized", false],
])("ends with the error that the hello ended with (%s)", async (_, words, isPassing) => {
  const error = new RealtimeError(isPassing ? "timeout" : "unauthorized", words);
  let asked = 0;
  const { ends } = world.open(async () => {
    asked += 1;
    throw error;
  });
  await until(() => ends.length === 1);
  expect(ends).toEqual([error]);
  await world.clock.advance(1_000);
  if (isPassing) await until(() => asked === 2);
  expect(asked).toBe(isPassing ? 2 : 1);
  expect(world.server.hellos).toEqual([]);
});

test("says so when the Manager has given up", async () => {
  world.app.io.reconnectionAttempts(1);
  const { ends } = await world.opened();
  await world.server.close();
  await until(() => ends.some(({ code }) => code === "permanently-disconnected"));
  expect(ends[0]).toMatchObject({ retryable: true });
});
