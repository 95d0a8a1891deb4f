import type { HelloFrame } from "@attune/protocol";
import { until } from "@attune/testing";
import { io } from "socket.io-client";
import { expect, test } from "vitest";
import { appWorld } from "./app-world.js";
import { welcome } from "./frame-server.js";

const world = appWorld();

/** How many listeners Socket.IO's emitter holds. */
function listenersOf(emitter: object | undefined): number {
  return Object.values((emitter as { _callbacks?: Record<string, unknown[]> } | undefined)?._callbacks ?? {}).flat()
    .length;
}

test.each([
  ["before the app's socket is connected", async () => {}],
  ["after it", () => until(() => world.app.connected)],
])("joins on the app's own connection, %s", async (_, wait) => {
  await wait();
  const { frames, transports, pipe } = await world.opened();
  await until(() => world.app.connected);
  expect(world.server.io.engine.clientsCount).toBe(1);
  expect(transports).toEqual(["websocket"]);
  expect(frames).toEqual([welcome]);
  expect(world.server.hellos).toMatchObject([{ t: "hello", k: "token 1" }]);
  pipe.send({ t: "ping", r: 1 });
  await until(() => world.server.frames.length === 1);
});

test("connects a Manager that waits to be told", async () => {
  world.app.disconnect();
  world.app = io(world.server.url, { forceNew: true, autoConnect: false, transports: ["websocket"] });
  const { frames } = await world.opened();
  expect(frames).toEqual([welcome]);
  expect(world.app.connected).toBe(false);
});

test("leaves the app's own namespace alone", async () => {
  const echoed: unknown[] = [];
  world.server.io.on("connection", (socket) => socket.on("echo", (value, answer) => answer(value)));
  await until(() => world.app.connected);
  const { pipe, signsOfLife, ends } = await world.opened();
  world.app.emit("echo", 1, (value: unknown) => echoed.push(value));
  await until(() => echoed.length === 1);
  pipe.close();
  await until(() => world.server.sockets.length === 0);
  world.app.emit("echo", 2, (value: unknown) => echoed.push(value));
  await until(() => echoed.length === 2);
  expect(world.app.connected).toBe(true);
  expect(signsOfLife).toBeGreaterThan(0);
  expect(ends).toEqual([]);
});

test("sends nothing into the next session that was meant for the last one", async () => {
  const { frames, pipe, ends } = await world.opened();
  world.app.io.engine.close();
  pipe.send({ t: "ping", r: 1 });
  await until(() => ends.length === 1);
  pipe.send({ t: "ping", r: 2 });
  await until(() => frames.length === 2);
  pipe.send({ t: "ping", r: 3 });
  await until(() => world.server.frames.length > 0);
  expect(world.server.frames).toEqual([{ t: "ping", r: 3 }]);
});

test("sends nothing later that was sent after the heartbeat ran out", async () => {
  const { frames, pipe } = await world.opened();
  // As after a sleep: the timer has not fired yet, and Socket.IO sees by the clock that it should have.
  (world.app.io.engine as unknown as { _pingTimeoutTime: number })._pingTimeoutTime = 1;
  pipe.send({ t: "ping", r: 1 });
  await until(() => frames.length === 2);
  pipe.send({ t: "ping", r: 2 });
  await until(() => world.server.frames.length > 0);
  expect(world.server.frames).toEqual([{ t: "ping", r: 2 }]);
});

test("tells frames that came in one payload with the end before the end, and none of them to the next session", async () => {
  const { frames, ends, order } = await world.opened();
  const engine = world.app.io.engine as unknown as { _onPacket(packet: object): void; close(): void };
  // In a task of its own, as things from the network are.
  setImmediate(() => {
    engine._onPacket({ type: "message", data: '2/attune,["f",{"t":"bye","code":4000,"msg":"draining"}]' });
    engine.close();
  });
  await until(() => frames.length === 3);
  expect(order).toEqual(["transport", "frame", "frame", "closed", "transport", "frame"]);
  expect(frames[2]).toEqual(welcome);
  expect(ends).toHaveLength(1);
});

test("drops a hello that came too late for its connection", async () => {
  const hellos: ((frame: HelloFrame) => void)[] = [];
  const { frames } = world.open(() => new Promise((resolve) => hellos.push(resolve)));
  await until(() => hellos.length === 1);
  world.app.io.engine.close();
  await until(() => hellos.length === 2);
  for (const [index, answer] of hellos.entries()) answer({ t: "hello", v: 1, vis: true, k: `${index}` });
  await until(() => frames.length === 1);
  expect(world.server.hellos).toMatchObject([{ k: "1" }]);
});

test("goodbye: lets the server disconnect, so that the last word is not dropped with the namespace", async () => {
  world.server.io.of("/attune").on("connection", (socket) => {
    socket.on("f", ({ t }: { t: string }) => t === "bye" && socket.disconnect());
  });
  const { pipe, ends } = await world.opened();
  pipe.send({ t: "bye" });
  pipe.close();
  await until(() => world.server.sockets.length === 0);
  expect(world.server.frames).toEqual([{ t: "bye" }]);
  expect(ends).toEqual([]);
  await until(() => world.clock.pendingTimers === 0);
  expect(world.app.connected).toBe(true);
});

test("goodbye: leaves a server that does not answer it after a second, or when it is needed again", async () => {
  const first = await world.opened();
  first.pipe.send({ t: "bye" });
  first.pipe.close();
  await until(() => world.server.frames.length === 1);
  expect(world.server.sockets).toHaveLength(1);
  await world.clock.advance(1_000);
  await until(() => world.server.sockets.length === 0);

  const second = await world.opened();
  second.pipe.send({ t: "bye" });
  second.pipe.close();
  const third = await world.opened();
  expect(world.clock.pendingTimers).toBe(0);
  await until(() => world.server.sockets.length === 1);
  expect(third.frames).toEqual([welcome]);
});

test("is used by one service at a time", async () => {
  const first = await world.opened();
  const second = world.open();
  expect(second.ends).toMatchObject([{ code: "conflict", retryable: false }]);
  second.pipe.send({ t: "ping", r: 1 });
  second.pipe.close();
  first.pipe.close();
  await until(() => world.server.sockets.length === 0);
  await world.opened();
});

test("leaves no listener behind, however often it is opened and closed", async () => {
  const { io: manager } = world.app;
  for (let round = 0; round < 20; round++) {
    const { pipe } = await world.opened();
    pipe.close();
    await until(() => world.server.sockets.length === 0);
  }
  // The app's own socket listens to its Manager for open, packet, error and close; that one to its engine for ping, data,
  // error and close.
  expect([listenersOf(manager), listenersOf(manager.engine)]).toEqual([4, 4]);
  const { nsps } = manager as unknown as { nsps: Record<string, object> };
  expect(listenersOf(nsps["/attune"])).toBe(0);
  expect(world.clock.pendingTimers).toBe(0);
});

test("is silent after close, also while it waits to come back", async () => {
  const { pipe, ends, order } = await world.opened();
  world.server.sockets[0]?.disconnect();
  await until(() => ends.length === 1);
  expect(world.clock.pendingTimers).toBe(1);
  pipe.close();
  expect(world.clock.pendingTimers).toBe(0);
  world.app.io.engine.close();
  await until(() => world.app.connected);
  expect(order.at(-1)).toBe("closed");
  expect(ends).toHaveLength(1);
  expect(world.server.sockets).toEqual([]);
});
