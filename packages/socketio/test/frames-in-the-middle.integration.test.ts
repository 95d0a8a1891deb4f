/** Frames that are doubled, swapped, replayed from an old session or lost on the way: the app sees nothing of it. */
import type { Server } from "node:http";
import type { Realtime } from "@attune/core";
import { until } from "@attune/testing";
import { afterEach, expect, test } from "vitest";
import { meddle, type Rule } from "./meddler.js";
import { createRoomWorld, type RoomWorld } from "./room-world.js";

const room = "presence:room:1";
const COUNT = 40;

let world: RoomWorld | undefined;
afterEach(() => world?.close());

/** Ada and Bob in a room whose server is meddled with. */
async function setUp(rule: Rule) {
  let current: Rule = rule;
  world = await createRoomWorld((http: Server) => meddle(http, (written) => current(written)));
  const proxy = await world.proxy();
  const [ada, bob] = [world.client("ada", proxy), world.client("bob")];
  const seen: unknown[] = [];
  const notices: string[] = [];
  ada.subscribe(room, "message", ({ data }) => seen.push(data));
  ada.on("sync_requested", () => notices.push("gap"));
  ada.onConnectionChange((state) => notices.push(state));
  const presence = ada.presence(room);
  presence.onJoin(({ name }) => notices.push(`joined ${name}`));
  presence.onLeave(({ name }) => notices.push(`left ${name}`));
  bob.channel(room).join();
  await until(() => presence.getMembers().length === 2);
  await until(() => ada.channel(room).$status.get().continuity === "live");
  notices.length = 0;
  return { proxy, ada, bob, seen, notices, setRule: (next: Rule) => (current = next) };
}

/** Everything that makes frames: messages of both, states, typing. */
async function talk(ada: Realtime, bob: Realtime): Promise<void> {
  const acks: Promise<unknown>[] = [];
  for (let n = 0; n < COUNT; n++) {
    acks.push((n % 2 === 0 ? ada : bob).publish(room, "message", n));
    if (n % 10 === 0) bob.setPresenceState(room, { customState: { n } });
    if (n % 15 === 0) bob.channel(room).signal("cursor", n);
    await acks.at(-1);
  }
}

const all = Array.from({ length: COUNT }, (_, n) => n);
const stateOf = (realtime: Realtime, name: string) =>
  realtime
    .presence(room)
    .getMembers()
    .find((member) => member.name === name)?.customState;

test("every frame twice", async () => {
  const { ada, bob, seen, notices } = await setUp(({ bytes }) => [bytes, bytes]);
  await talk(ada, bob);
  await until(() => seen.length >= COUNT);
  await until(() => stateOf(ada, "bob")?.["n"] === 30);
  expect(seen).toEqual(all);
  expect(notices).toEqual([]);
});

test("messages and presence in the wrong order, two by two", async () => {
  const held = new Map<object, Buffer>();
  let swaps = 0;
  const { ada, bob, seen, notices, setRule } = await setUp(({ bytes }) => [bytes]);
  setRule(({ frame, bytes, socket }) => {
    if (frame.t !== "msg" && frame.t !== "pres") return [bytes];
    const first = held.get(socket);
    if (!first) {
      held.set(socket, bytes);
      return [];
    }
    held.delete(socket);
    swaps += 1;
    return [bytes, first];
  });
  await talk(ada, bob);
  setRule(({ bytes, socket }) => {
    const first = held.get(socket);
    held.delete(socket);
    return first ? [bytes, first] : [bytes];
  });
  await bob.publish(room, "message", "last");
  await until(() => seen.includes("last"));
  await until(() => stateOf(ada, "bob")?.["n"] === 30);
  expect(swaps).toBeGreaterThan(10);
  expect(seen).toEqual([...all, "last"]);
  expect(notices).toEqual([]);
});

test("frames of the session's old connection, once more on the new one", async () => {
  const old: Buffer[] = [];
  const { proxy, ada, bob, seen, notices, setRule } = await setUp(({ bytes }) => [bytes]);
  const replayed = ["msg", "pres", "sig", "ack", "nack", "joined", "chunk", "page", "pong"];
  setRule(({ frame, bytes, socket }) => {
    // Those to Ada, who alone comes through the proxy: both lines look alike here, so all are kept.
    if (replayed.includes(frame.t) && !socket.destroyed) old.push(bytes);
    return [bytes];
  });
  await proxy.reset();
  await until(() => ada.getConnectionState() === "connected" && ada.channel(room).$status.get().continuity === "live");
  await talk(ada, bob);
  await until(() => seen.length >= COUNT);
  await proxy.reset();
  await until(() => ada.getConnectionState() === "reconnecting");
  await until(() => ada.channel(room).$status.get().continuity === "live");
  notices.length = 0;
  const frames = [...old];
  expect(frames.length).toBeGreaterThan(COUNT);
  let isReplayed = false;
  setRule(({ bytes }) => {
    if (isReplayed) return [bytes];
    isReplayed = true;
    return [...frames, bytes];
  });
  await bob.publish(room, "message", "after");
  await until(() => seen.includes("after"));
  await ada.publish(room, "message", "own");
  await until(() => seen.includes("own"));
  expect(seen).toEqual([...all, "after", "own"]);
  expect(notices).toEqual([]);
});

test("a message that is lost is there one round trip after it was missed", async () => {
  const oneWayMs = 60;
  const { proxy, ada, bob, seen, notices, setRule } = await setUp(({ bytes }) => [bytes]);
  await bob.publish(room, "message", 0);
  await until(() => seen.length === 1);
  await proxy.delay(oneWayMs);
  const dropped = new Set<object>();
  setRule(({ frame, bytes, socket }) => {
    if (frame.t !== "msg" || dropped.has(socket)) return [bytes];
    dropped.add(socket);
    return [];
  });
  await bob.publish(room, "message", 1);
  const startedMs = performance.now();
  await bob.publish(room, "message", 2);
  await until(() => seen.length === 3);
  const tookMs = performance.now() - startedMs;
  expect(seen).toEqual([0, 1, 2]);
  // One way until the next message shows the hole, and one round trip to fill it.
  expect(tookMs).toBeGreaterThan(3 * oneWayMs - 10);
  expect(tookMs).toBeLessThan(3 * oneWayMs + 250);
  expect(ada.channel(room).$status.get().continuity).toBe("live");
  expect(notices).toEqual([]);
});
