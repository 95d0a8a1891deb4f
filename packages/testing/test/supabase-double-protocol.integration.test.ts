/** What the official client never does, or cannot show, is tried on the bare wire. */
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { until } from "../src/index.js";
import { supabaseWorld } from "./supabase-world.js";

const world = supabaseWorld();
const sockets: WebSocket[] = [];

interface Wire {
  readonly got: unknown[];
  send(...parts: unknown[]): void;
}

afterEach(() => sockets.splice(0).forEach((socket) => socket.terminate()));

async function wire(): Promise<Wire> {
  const socket = new WebSocket(`ws://127.0.0.1:${world.double.port}/realtime/v1/websocket?apikey=anon&vsn=2.0.0`);
  sockets.push(socket);
  const got: unknown[] = [];
  socket.on("message", (data: Buffer) => got.push(JSON.parse(data.toString())));
  await new Promise((resolve) => socket.once("open", resolve));
  return { got, send: (...parts) => socket.send(JSON.stringify(parts)) };
}

const ok = (joinRef: string | null, ref: string, topic: string, response: unknown = {}) => [
  joinRef,
  ref,
  topic,
  "phx_reply",
  { status: "ok", response },
];
const joinedAs = (ref: string) => ok(ref, ref, "realtime:room", { postgres_changes: [] });
const error = (ref: string, topic: string, reason: string, joinRef: string | null = null) => [
  joinRef,
  ref,
  topic,
  "phx_reply",
  { status: "error", response: { reason } },
];

test("a second join of a topic closes the first, and what still carries the first's reference is ignored", async () => {
  const { got, send } = await wire();
  send("1", "1", "realtime:room", "phx_join", { config: { broadcast: { ack: true } } });
  send("2", "2", "realtime:room", "phx_join", { config: { broadcast: { ack: true } } });
  send("1", "3", "realtime:room", "broadcast", { type: "broadcast", event: "old", payload: {} });
  send("2", "4", "realtime:room", "broadcast", { type: "broadcast", event: "new", payload: {} });
  await until(() => got.length === 4);
  expect(got).toEqual([
    joinedAs("1"),
    ["1", "1", "realtime:room", "phx_close", {}],
    joinedAs("2"),
    ok("2", "4", "realtime:room"),
  ]);
  expect(world.double.subscribers("room")).toHaveLength(1);
});

test("a message on a topic that is not joined is an error, but leaving one is fine", async () => {
  const { got, send } = await wire();
  send(null, "1", "realtime:room", "broadcast", {});
  send(null, "2", "realtime:room", "phx_leave", {});
  send("3", "3", "elsewhere", "phx_join", {});
  send("4", "4", "realtime:", "phx_join", {});
  await until(() => got.length === 4);
  expect(got).toEqual([
    error("1", "realtime:room", "unmatched topic"),
    ok(null, "2", "realtime:room"),
    error("3", "elsewhere", "unmatched topic"),
    error("4", "realtime:", "TopicNameRequired: You must provide a topic name", "4"),
  ]);
});

test("replay on a public topic, or without a time, is refused", async () => {
  const { got, send } = await wire();
  send("1", "1", "realtime:room", "phx_join", { config: { broadcast: { replay: { since: 1 } } } });
  await until(() => got.length === 1);
  expect(got).toEqual([
    error("1", "realtime:room", "UnableToReplayMessages: Replay is not allowed for public channels", "1"),
  ]);
});

test("presence that was not asked for is still told on public topics, and without a key gets one", async () => {
  const { got, send } = await wire();
  send("1", "1", "realtime:room", "phx_join", { config: {} });
  send("1", "2", "realtime:room", "presence", { type: "presence", event: "TRACK", payload: { a: 1 } });
  await until(() => got.length === 3);
  const [member] = world.double.members("room");
  expect(member?.key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(got.slice(1)).toEqual([
    ok("1", "2", "realtime:room"),
    [
      null,
      null,
      "realtime:room",
      "presence_diff",
      { joins: { [String(member?.key)]: { metas: [member?.meta] } }, leaves: {} },
    ],
  ]);
  send("1", "3", "realtime:room", "presence", { event: "track", payload: "text" });
  send("1", "4", "realtime:room", "presence", { event: "dance" });
  await until(() => got.length === 5);
  expect(got.slice(3)).toEqual([
    error("3", "realtime:room", "Presence track payload must be a map", "1"),
    ["1", "4", "realtime:room", "phx_reply", { status: "error", response: {} }],
  ]);
});

test("what cannot be read is passed over", async () => {
  const { got, send } = await wire();
  sockets[0]?.send("nonsense");
  sockets[0]?.send(Buffer.from([9, 9, 9]));
  send(null, "1", "phoenix", "heartbeat", {});
  await until(() => got.length === 1);
  expect(got).toEqual([ok(null, "1", "phoenix")]);
});

test("what is posted must be whole, signed and not too large", async () => {
  await world.start({ limits: { payloadBytes: 100 } });
  const post = async (path: string, body: string, headers: Record<string, string> = { apikey: "anon" }) => {
    const response = await fetch(`${world.double.url}/realtime/v1/api/broadcast${path}`, {
      method: "POST",
      body,
      headers,
    });
    return response.status;
  };
  expect(await post("", "{}", {})).toBe(401);
  expect(await post("", "{}")).toBe(422);
  expect(await post("", JSON.stringify({ messages: [{ topic: "a", event: "b", payload: {} }] }))).toBe(202);
  expect(await post("/a/events/b", "no json")).toBe(400);
  expect(await post("/a/events/b", JSON.stringify("x".repeat(200)))).toBe(422);
  expect(await post("/a/events/b", "[1]")).toBe(202);
  expect(world.double.received.at(-1)?.payload).toEqual({ type: "broadcast", event: "b", payload: { _json: [1] } });
});
