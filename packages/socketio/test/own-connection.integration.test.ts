import { createHash } from "node:crypto";
import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Socket as NetSocket } from "node:net";
import { RealtimeError } from "@attune/protocol";
import { startFaultProxy, until } from "@attune/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openOwnConnection } from "../src/own-connection.js";
import { type FrameServer, frameServer, welcome } from "./frame-server.js";
import { type PipeRecording, recordPipe } from "./pipe-recorder.js";

let server: FrameServer;
let recordings: PipeRecording[];

beforeEach(async () => {
  server = await frameServer();
  recordings = [];
});

afterEach(async () => {
  for (const { pipe } of recordings) pipe.close();
  await server.close();
});

function open(...args: Parameters<typeof recordPipe>): PipeRecording {
  const recording = recordPipe(...args);
  recordings.push(recording);
  return recording;
}

/** Makes the server's WebSocket upgrades end this way. */
function onUpgrade(handle: (socket: NetSocket, request: IncomingMessage) => void): void {
  server.http.removeAllListeners("upgrade");
  server.http.on("upgrade", (request, socket) => handle(socket as NetSocket, request));
}

test("connects over WebSocket, with the hello in the handshake", async () => {
  const { transports, frames } = open(openOwnConnection(server.url, {}));
  await until(() => frames.length === 1);
  expect(transports).toEqual(["websocket"]);
  expect(frames).toEqual([welcome]);
  expect(server.hellos).toEqual([{ t: "hello", v: 1, vis: true, k: "token 1" }]);
});

test("carries frames to the server, and none before it is connected", async () => {
  const { pipe, frames } = open(openOwnConnection(server.url, {}));
  pipe.send({ t: "ping", r: 1 });
  await until(() => frames.length === 1);
  pipe.send({ t: "ping", r: 2 });
  await until(() => server.frames.length > 0);
  expect(server.frames).toEqual([{ t: "ping", r: 2 }]);
});

test("asks for a hello at every attempt", async () => {
  let asked = 0;
  const pipe = openOwnConnection(server.url, {});
  const hello = async () => ({ t: "hello" as const, v: 1, vis: true, k: `token ${++asked}` });
  for (const attempt of [1, 2]) {
    const { pipe: opened, frames } = open(pipe, hello);
    await until(() => frames.length === 1);
    opened.close();
    expect(asked).toBe(attempt);
  }
  expect(server.hellos).toMatchObject([{ k: "token 1" }, { k: "token 2" }]);
});

test("takes the server's keep-alive for a sign of life", async () => {
  await server.close();
  server = await frameServer({ pingInterval: 20 });
  const recording = open(openOwnConnection(server.url, {}));
  await until(() => recording.frames.length === 1);
  const before = recording.signsOfLife;
  await until(() => recording.signsOfLife > before + 2);
  expect(recording.frames).toHaveLength(1);
});

test("says once that the server is gone, and that it may be tried again", async () => {
  const { frames, ends, order } = open(openOwnConnection(server.url, {}));
  await until(() => frames.length === 1);
  server.io.engine.close();
  await until(() => ends.length > 0);
  expect(ends).toMatchObject([{ code: "connection-lost", retryable: true }]);
  expect(order.at(-1)).toBe("closed");
});

test("ends when the server leaves the namespace", async () => {
  const { frames, ends } = open(openOwnConnection(server.url, {}));
  await until(() => frames.length === 1);
  server.sockets[0]?.disconnect();
  await until(() => ends.length > 0);
  expect(ends).toMatchObject([{ code: "connection-lost", details: { reason: "io server disconnect" } }]);
  await until(() => server.io.engine.clientsCount === 0);
});

test("tells a server that cannot be reached from one that has no such namespace", async () => {
  const nobody = await startFaultProxy({ target: { port: 1 } });
  await nobody.close();
  const unreachable = open(openOwnConnection(`http://127.0.0.1:${nobody.port}`, {}));
  await until(() => unreachable.ends.length > 0);
  expect(unreachable.ends).toMatchObject([{ code: "transport-failed", retryable: true, cause: expect.any(Error) }]);

  const { io } = server;
  (io as unknown as { _nsps: Map<string, unknown> })._nsps.delete("/attune");
  const elsewhere = open(openOwnConnection(server.url, {}));
  await until(() => elsewhere.ends.length > 0);
  expect(elsewhere.ends[0]?.message).toContain('no namespace "/attune"');
});

test("translates what a middleware refused it with", async () => {
  server.io
    .of("/attune")
    .use((_, next) => next(Object.assign(new Error("no"), { data: { code: "unauthorized", msg: "Token expired." } })));
  const { ends } = open(openOwnConnection(server.url, {}));
  await until(() => ends.length > 0);
  expect(ends).toMatchObject([
    { code: "unauthorized", retryable: false, message: expect.stringContaining("Token expired.") },
  ]);
});

test("ends with the error that the hello ended with, and joins nothing", async () => {
  const error = new RealtimeError("unauthorized", "Nobody is signed in.");
  const { ends } = open(openOwnConnection(server.url, {}), () => Promise.reject(error));
  await until(() => ends.length > 0);
  expect(ends).toEqual([error]);
  await until(() => server.io.engine.clientsCount === 0);
  expect(server.hellos).toEqual([]);
});

test("reports what cannot even be tried, instead of throwing", async () => {
  // Socket.IO throws for this inside connect().
  const contradiction = { transportImplementations: [] } as never;
  const { ends } = open(openOwnConnection(server.url, { manager: contradiction }));
  expect(ends).toMatchObject([{ code: "transport-failed", cause: expect.any(Error) }]);
});

test("falls back to long-polling when WebSocket is refused", async () => {
  onUpgrade((socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
  const { pipe, transports, frames } = open(openOwnConnection(server.url, {}));
  await until(() => frames.length === 1);
  expect(transports).toEqual(["polling"]);
  pipe.send({ t: "ping", r: 1 });
  await until(() => server.frames.length === 1);
});

test("begins with long-polling after an attempt in which WebSocket hung", async () => {
  onUpgrade((socket) => socket.on("end", () => socket.destroy()).resume());
  const pipe = openOwnConnection(server.url, {});
  const first = open(pipe);
  await until(async () => (await connectionsOf(server)) === 1);
  first.pipe.close();
  const second = open(pipe);
  await until(() => second.frames.length === 1);
  expect(first.order).toEqual([]);
  expect(second.transports).toEqual(["polling"]);
});

test("does not wait for a WebSocket that was closed before it was open", async () => {
  onUpgrade((socket, request) => socket.end(switchingProtocols(request)));
  const { ends } = open(openOwnConnection(server.url, {}));
  await until(() => ends.length > 0);
  expect(ends).toMatchObject([{ code: "connection-lost", retryable: true }]);
});

test("notices the upgrade from long-polling to WebSocket", async () => {
  const { transports } = open(openOwnConnection(server.url, { transports: ["polling", "websocket"] }));
  await until(() => transports.length === 2);
  expect(transports).toEqual(["polling", "websocket"]);
});

test("does not wait for an upgrade that broke half-way", async () => {
  server.io.engine.on("connection", (engine: EventEmitter) => {
    // The probe is answered. Long-polling is being paused, which takes the client up to 100 ms.
    engine.on("upgrading", ({ socket }: { socket: { terminate(): void } }) => setImmediate(() => socket.terminate()));
  });
  const { ends } = open(openOwnConnection(server.url, { transports: ["polling", "websocket"] }));
  await until(() => ends.length > 0);
  expect(ends).toMatchObject([{ code: "connection-lost", retryable: true }]);
});

test.each(["websocket", "polling"] as const)("tells the server's last word before the end (%s)", async (transport) => {
  const { frames, ends, order } = open(openOwnConnection(server.url, { transports: [transport] }));
  await until(() => frames.length === 1);
  server.sockets[0]?.emit("f", { t: "bye", code: 4101, msg: "elsewhere" });
  server.sockets[0]?.disconnect(true);
  await until(() => ends.length > 0);
  expect(frames.at(-1)).toMatchObject({ t: "bye" });
  expect(order.slice(-2)).toEqual(["frame", "closed"]);
});

test.each(["websocket", "polling"] as const)(
  "close leaves nothing behind, and sends what was said last (%s)",
  async (transport) => {
    const recording = open(openOwnConnection(server.url, { transports: [transport] }));
    await until(() => recording.frames.length === 1);
    recording.pipe.send({ t: "bye" });
    recording.pipe.close();
    recording.pipe.close();
    recording.pipe.send({ t: "ping", r: 1 });
    await until(() => server.io.engine.clientsCount === 0);
    expect(server.frames).toEqual([{ t: "bye" }]);
    expect(server.sockets).toEqual([]);
    expect(recording.ends).toEqual([]);
  },
);

test.each([
  ["opens", (recording: PipeRecording) => recording],
  ["waits for its hello", (recording: PipeRecording) => recording.hellos === 1],
])("an attempt that is closed while it %s leaves nothing behind", async (_, isThere) => {
  const recording = open(openOwnConnection(server.url, {}), () => new Promise(() => {}));
  await until(() => isThere(recording));
  const { length } = recording.order;
  recording.pipe.close();
  await until(async () => server.io.engine.clientsCount === 0 && (await connectionsOf(server)) === 0);
  expect(recording.order).toHaveLength(length);
  expect(server.hellos).toEqual([]);
});

test("finds the server under another path, and hands the Manager its own options", async () => {
  await server.close();
  server = await frameServer({ path: "/live" });
  const options = { path: "/live", manager: { query: { tenant: "a" }, extraHeaders: { "x-test": "1" } } };
  const { frames } = open(openOwnConnection(server.url, options));
  await until(() => frames.length === 1);
  expect(server.sockets[0]?.handshake.query["tenant"]).toBe("a");
  expect(server.sockets[0]?.handshake.headers["x-test"]).toBe("1");
});

function connectionsOf({ http }: FrameServer): Promise<number> {
  return new Promise((resolve, reject) => {
    http.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

function switchingProtocols({ headers }: IncomingMessage): string {
  const accept = createHash("sha1")
    .update(`${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
