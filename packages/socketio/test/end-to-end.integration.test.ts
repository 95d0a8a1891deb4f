/** Core, this driver and the real server together. */
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRealtime, type Realtime, type RealtimeOptions } from "@attune/core";
import { createRealtimeServer, type RealtimeServer } from "@attune/server";
import { type FaultProxy, startFaultProxy, until } from "@attune/testing";
import { Server as SocketIoServer } from "socket.io";
import { io, type Socket } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { socketio } from "../src/index.js";

const room = "presence:room:1";
const reconnect = { minMs: 5, maxMs: 20, jitterMs: 5 };

let http: HttpServer;
/** The app's own Socket.IO server, with our namespace beside. */
let appServer: SocketIoServer;
let server: RealtimeServer;
let proxy: FaultProxy;
let url: string;
let services: Realtime[];
let sockets: Socket[];

beforeEach(async () => {
  http = createServer();
  appServer = new SocketIoServer(http);
  server = createRealtimeServer({
    authenticate: ({ token }) => (token ? { userId: token, name: token } : null),
    canAccessChannel: () => true,
    limits: { messagesPerMinute: 0 },
  }).attach(appServer);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  proxy = await startFaultProxy({ target: { port: (http.address() as AddressInfo).port } });
  url = `http://127.0.0.1:${proxy.port}`;
  services = [];
  sockets = [];
});

afterEach(async () => {
  for (const service of services) service.dispose();
  for (const socket of sockets) socket.disconnect();
  await server.close();
  await appServer.close();
  await proxy.close();
});

/** A connection of its own, or one that the app has. */
const kinds = {
  "own connection": () => socketio(url),
  "existing socket": () => {
    const socket = io(url, { forceNew: true, reconnectionDelay: 5, reconnectionDelayMax: 20 });
    sockets.push(socket);
    return socketio(socket);
  },
};

function client(kind: keyof typeof kinds, userId: string, options: Partial<RealtimeOptions> = {}): Realtime {
  const service = createRealtime({
    driver: kinds[kind](),
    auth: userId,
    reconnect,
    queue: { perSecond: 1_000 },
    ...options,
  });
  services.push(service);
  return service;
}

function namesIn(service: Realtime): string[] {
  return service
    .presence(room)
    .getMembers()
    .map(({ name }) => name)
    .sort();
}

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])("over its %s", (kind) => {
  test("two clients see each other, and each other's messages", async () => {
    const [ada, bob] = [client(kind, "ada"), client(kind, "bob")];
    const heard: unknown[] = [];
    for (const service of [ada, bob])
      service.subscribe(room, "message", ({ data, sender }) => heard.push([data, sender?.name]));
    await until(() => [ada, bob].every((service) => namesIn(service).join() === "ada,bob"));
    expect(await ada.publish(room, "message", "hello")).toMatchObject({ guarantee: "stored" });
    await until(() => heard.length === 2);
    expect(heard).toEqual([
      ["hello", "ada"],
      ["hello", "ada"],
    ]);
    expect(ada.$connection.value).toMatchObject({
      status: "connected",
      transport: "websocket",
      user: { userId: "ada" },
    });
  });

  test("a cut loses and doubles nothing, and nobody is seen leaving", async () => {
    const [ada, bob] = [client(kind, "ada"), client(kind, "bob")];
    const heard: unknown[] = [];
    const left: string[] = [];
    bob.subscribe(room, "message", ({ data }) => heard.push(data));
    bob.presence(room).onLeave(({ name }) => left.push(name));
    ada.channel(room).join();
    await until(() => namesIn(bob).join() === "ada,bob");
    await proxy.reset();
    const acks = Array.from({ length: 20 }, (_, n) => ada.publish(room, "message", n));
    await Promise.all(acks);
    await until(() => heard.length >= 20);
    expect(heard).toEqual(Array.from({ length: 20 }, (_, n) => n));
    await until(() => bob.getConnectionState() === "connected" && ada.getConnectionState() === "connected");
    expect(left).toEqual([]);
  });

  test("disconnect is seen at once, and leaves nothing behind", async () => {
    const [ada, bob] = [client(kind, "ada"), client(kind, "bob")];
    bob.channel(room).join();
    ada.channel(room).join();
    await until(() => namesIn(bob).join() === "ada,bob");
    await ada.disconnect();
    // Long before the grace of 5 s is over.
    await until(() => namesIn(bob).join() === "bob", { withinMs: 2_000 });
    await until(() => appServer.of("/attune").sockets.size === 1);
  });

  test("a new token is asked for at every attempt", async () => {
    let asked = 0;
    const ada = client(kind, "", { auth: () => `ada ${++asked}` });
    await ada.connect();
    await proxy.reset();
    await until(() => asked === 2 && ada.getConnectionState() === "connected");
  });

  test("dispose leaves no socket on the server", async () => {
    const ada = client(kind, "ada");
    await ada.connect();
    ada.dispose();
    await until(() => appServer.of("/attune").sockets.size === 0);
    if (kind === "own connection") await until(() => appServer.engine.clientsCount === 0);
  });
});

test("the app's own events go on beside ours, over one connection", async () => {
  const ada = client("existing socket", "ada");
  const [socket] = sockets;
  appServer.on("connection", (own) => own.on("echo", (value, answer) => answer(value)));
  await ada.connect();
  expect(await socket?.emitWithAck("echo", "own")).toBe("own");
  expect(appServer.engine.clientsCount).toBe(1);
  await ada.disconnect();
  expect(await socket?.emitWithAck("echo", "still")).toBe("still");
});

test("falls back to long-polling and says so", async () => {
  http.removeAllListeners("upgrade");
  http.on("upgrade", (_, socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
  const ada = client("own connection", "ada");
  await ada.connect();
  expect(ada.$connection.value).toMatchObject({ transport: "polling" });
  expect(await ada.publish(room, "message", 1)).toMatchObject({ guarantee: "stored" });
});

test("a server that closes is waited for", async () => {
  const ada = client("own connection", "ada");
  await ada.connect();
  await proxy.refuse();
  await proxy.reset();
  await until(() => ada.getConnectionState() === "reconnecting");
  const queued = ada.publish(room, "message", 1);
  await until(() => proxy.log.some(({ what }) => what === "refused"));
  await proxy.accept();
  expect(await queued).toMatchObject({ guarantee: "stored" });
});
