/** Tokens that live two seconds, over real sockets: one connection, nothing lost, nobody seen leaving. */
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRealtime, type Realtime, type RealtimeOptions } from "@attune/core";
import { createRealtimeServer, type RealtimeServer } from "@attune/server";
import { until } from "@attune/testing";
import { io, type Socket } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { socketio } from "../src/index.js";

const ROOM = "presence:room:1";
const LIFE_MS = 2_000;

let http: HttpServer;
let server: RealtimeServer;
let url: string;
let services: Realtime[];
let sockets: Socket[];
/** Tokens that the server was shown. */
let shown: Set<string>;

beforeEach(async () => {
  shown = new Set();
  services = [];
  sockets = [];
  http = createServer();
  server = createRealtimeServer({
    authenticate({ token = "" }) {
      const [userId = "", issuedMs] = token.split(" ");
      shown.add(token);
      const user = { userId, name: userId };
      return issuedMs === undefined ? user : { ...user, expiresAtMs: Number(issuedMs) + LIFE_MS };
    },
    canAccessChannel: () => true,
    limits: { messagesPerMinute: 0 },
  }).attach(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const service of services) service.dispose();
  for (const socket of sockets) socket.disconnect();
  await server.close();
  http.close();
});

const kinds = {
  "own connection": () => socketio(url),
  "existing socket": () => {
    const socket = io(url, { forceNew: true, reconnectionDelay: 5, reconnectionDelayMax: 20 });
    sockets.push(socket);
    return socketio(socket);
  },
};

function client(kind: keyof typeof kinds, auth: RealtimeOptions["auth"], perSecond: number): Realtime {
  const service = createRealtime({ driver: kinds[kind](), auth: auth as string, queue: { perSecond } });
  services.push(service);
  return service;
}

/** Publishes, one after the other at the queue's own pace, for so long. */
async function publishFor(ms: number, service: Realtime): Promise<number> {
  let count = 0;
  for (const endMs = Date.now() + ms; Date.now() < endMs; count += 1) await service.publish(ROOM, "message", count);
  return count;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])("over its %s", (kind) => {
  test("ten seconds of publishing with tokens of two keep one connection, and lose nothing", async () => {
    const ada = client(kind, () => `ada ${Date.now()}`, 40);
    const bob = client(kind, "bob", 40);
    const heard: unknown[] = [];
    const changes: string[] = [];
    bob.subscribe(ROOM, "message", ({ data }) => heard.push(data));
    ada.channel(ROOM).join();
    await until(() => bob.presence(ROOM).getMembers().length === 2);
    bob.presence(ROOM).onLeave(({ name }) => changes.push(`${name} left`));
    ada.onConnectionChange((status) => changes.push(status));
    const count = await publishFor(10_000, ada);
    await until(() => heard.length >= count);
    expect(heard).toEqual(upTo(count));
    expect(changes).toEqual([]);
    expect(shown.size).toBeGreaterThan(5);
    expect(server.stats()).toMatchObject({ connections: 2, resumes: 0 });
  }, 20_000);

  test("an app that gives a kept token until it is refused drops, comes back with another, and loses nothing", async () => {
    let kept = `ada ${Date.now()}`;
    const ada = client(
      kind,
      ({ isStale }: { isStale: boolean }) => {
        // It takes the hint only once the token is of no use any more.
        if (isStale && Date.now() > Number(kept.split(" ")[1]) + LIFE_MS) kept = `ada ${Date.now()}`;
        return kept;
      },
      40,
    );
    const bob = client(kind, "bob", 40);
    const heard: unknown[] = [];
    const left: string[] = [];
    bob.subscribe(ROOM, "message", ({ data }) => heard.push(data));
    ada.channel(ROOM).join();
    await until(() => bob.presence(ROOM).getMembers().length === 2);
    bob.presence(ROOM).onLeave(({ name }) => left.push(name));
    const count = await publishFor(5_000, ada);
    await until(() => heard.length >= count);
    expect(heard).toEqual(upTo(count));
    expect(left).toEqual([]);
    expect(server.stats().resumes).toBeGreaterThan(0);
  }, 20_000);
});
