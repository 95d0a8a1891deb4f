import { io } from "socket.io-client";
import { describe, expect, test } from "vitest";
import { connectTo } from "./kit/real-client.js";
import { cleanUps, serve, track } from "./kit/real-server.js";

const ROOM = "presence:room:1";

describe.each([[["websocket"]], [["polling"]], [["polling", "websocket"]]])("over %j", (transports) => {
  test("clients are welcomed, join, publish, signal and see each other", async () => {
    const { client, realtime } = await serve();
    const ada = client({ token: "ada", transports });
    const bob = client({ token: "bob", transports });
    for (const each of [ada, bob]) {
      await each.next("welcome");
      each.send({ t: "sub", r: 1, c: ROOM });
      await each.next("joined");
    }
    await ada.next("pres", ({ set }) => set.some(([, userId]) => userId === "bob"));
    ada.send({ t: "pub", c: ROOM, p: "p", s: 1, b: 0, n: "message", d: { text: "hä € 😀" } });
    expect(await ada.next("ack")).toMatchObject({ s: 1, pos: [expect.anything(), 1, "ada:p:1"] });
    expect((await bob.next("msg")).m[0]?.slice(1, 4)).toEqual(["ada:p:1", "message", { text: "hä € 😀" }]);
    ada.send({ t: "sig", c: ROOM, n: "cursor", d: [1, 2] });
    expect((await bob.next("sig")).m).toMatchObject({ cursor: [[expect.any(String), [1, 2]]] });
    const { position } = await realtime.publish(ROOM, "message", { text: "from the backend" });
    expect((await bob.next("msg", ({ m }) => m[0]?.[0] === position.offset)).m[0]?.[4]).toBe(0);
    ada.send({ t: "bye" });
    await bob.next("pres", ({ del }) => del.length === 1);
    await expect.poll(() => ada.socket.connected).toBe(false);
  });

  test("a session is resumed on another socket, and what was missed follows", async () => {
    const { client, realtime } = await serve();
    const first = client({ token: "ada", transports });
    const welcome = await first.next("welcome");
    first.send({ t: "sub", r: 1, c: ROOM });
    const { pos } = await first.next("joined");
    first.socket.io.engine.close();
    await realtime.publish(ROOM, "message", 1);
    const second = client({ token: "ada", transports, session: welcome.s });
    expect(await second.next("welcome")).toMatchObject({ resumed: true, conn: welcome.conn });
    second.send({ t: "sub", r: 1, c: ROOM, since: pos });
    expect(await second.next("joined")).toMatchObject({
      ok: true,
      m: [[1, expect.anything(), "message", 1, 0, expect.anything()]],
    });
  });

  test("a backlog of many pieces arrives whole, for credit", async () => {
    const { client, realtime } = await serve();
    for (let n = 0; n < 40; n++) await realtime.publish(ROOM, "message", "x".repeat(6_000));
    const ada = client({ token: "ada", transports });
    await ada.next("welcome");
    ada.send({ t: "sub", r: 1, c: ROOM, last: 100 });
    await ada.next("joined");
    for (let pieces = 0; ; pieces++) {
      const last = ada.frames.filter((frame) => frame.t === "joined" || frame.t === "chunk").at(-1);
      if (!last?.more) break;
      ada.send({ t: "more", r: 1 });
      await expect.poll(() => ada.frames.filter(({ t }) => t === "chunk").length).toBe(pieces + 1);
    }
    const offsets = ada.frames.flatMap((frame) =>
      frame.t === "joined" || frame.t === "chunk" ? frame.m.map(([offset]) => offset) : [],
    );
    expect(offsets).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  test("a client that is turned away is told why, and its socket is closed", async () => {
    const { client } = await serve();
    const eve = client({ token: "bad", transports });
    expect(await eve.next("bye")).toMatchObject({ code: 4100 });
    await expect.poll(() => eve.socket.connected).toBe(false);
  });
});

test("messages of every size from 100 bytes to 64 KiB arrive as they were sent", async () => {
  const { client, realtime } = await serve({ limits: { messageBytes: 70_000 } });
  const ada = client({ token: "ada", transports: ["websocket"] });
  await ada.next("welcome");
  ada.send({ t: "sub", r: 1, c: ROOM });
  await ada.next("joined");
  for (const chars of [1, 10, 30, 100, 1_000, 10_000, 65_000, 66_000]) {
    const text = "ä".repeat(chars / 2);
    const { id } = await realtime.publish(ROOM, "message", text);
    expect((await ada.next("msg", ({ m }) => m[0]?.[1] === id)).m[0]?.[3]).toBe(text);
  }
});

test("a hello may come as the first event instead of with the handshake", async () => {
  const { url } = await serve();
  const late = track(connectTo(url, { auth: {} }));
  late.send({ t: "hello", v: 1, vis: true });
  expect((await late.next("welcome")).user).toBeNull();
});

test("authenticate() gets the token, the address and the headers, and the token is in no URL", async () => {
  const seen: unknown[] = [];
  const { client } = await serve({
    authenticate: (request) => {
      seen.push(request);
      return null;
    },
  });
  const ada = client({ token: "s3cret", transports: ["websocket"], extraHeaders: { "x-test": "1" } });
  await ada.next("welcome");
  expect(seen).toMatchObject([
    { token: "s3cret", address: expect.stringContaining("127.0.0.1"), headers: { "x-test": "1" } },
  ]);
  expect(ada.socket.io.engine.transport.query).not.toHaveProperty("k");
});

test("stats() tell how late the event loop runs", async () => {
  const { realtime } = await serve();
  const blocking = setInterval(() => {
    for (const untilMs = performance.now() + 60; performance.now() < untilMs; );
  }, 40);
  cleanUps.push(() => clearInterval(blocking));
  await expect.poll(() => realtime.stats().loopDelayMs, { timeout: 5_000, interval: 300 }).toBeGreaterThan(20);
});

test("a closed server lets go of every connection, and takes no new one", async () => {
  const { url, realtime, client } = await serve();
  const ada = client({ token: "ada" });
  const lurker = io(url, { forceNew: true, reconnection: false });
  cleanUps.push(() => lurker.disconnect());
  await ada.next("welcome");
  await realtime.close();
  expect(await ada.next("bye")).toMatchObject({ code: 4000, after: expect.any(Number) });
  await expect.poll(() => ada.socket.connected).toBe(false);
  expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).status).toBe(403);
});
