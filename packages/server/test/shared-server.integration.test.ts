import { createServer } from "node:http";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { describe, expect, test } from "vitest";
import { createRealtimeServer, type RealtimeServerOptions } from "../src/index.js";
import { connectTo, listen, type RealClientOptions } from "./kit/real-client.js";
import { cleanUps, options, track } from "./kit/real-server.js";

const ROOM = "presence:room:1";

describe("on a Socket.IO server of the app's own", () => {
  async function shared(serverOptions: object = {}, more: RealtimeServerOptions = {}) {
    const http = createServer();
    const app = new Server(http, serverOptions);
    app.on("connection", (socket) => socket.on("hello", (answer: (text: string) => void) => answer("from the app")));
    const realtime = createRealtimeServer({ ...options, ...more }).attach(app);
    const url = await listen(http);
    cleanUps.push(() => app.close());
    return { url, app, realtime };
  }

  test("a namespace is served beside the app's own, on one connection", async () => {
    const { url, realtime } = await shared();
    const own = io(url, { forceNew: true });
    cleanUps.push(() => own.disconnect());
    expect(await own.emitWithAck("hello")).toBe("from the app");
    const socket = own.io.socket("/attune", { auth: { t: "hello", v: 1, vis: true, k: "ada" } });
    const frames: { t: string }[] = [];
    socket.on("f", (frame) => frames.push(frame));
    await expect.poll(() => frames.map(({ t }) => t)).toEqual(["welcome"]);
    await realtime.close();
    await expect.poll(() => frames.map(({ t }) => t)).toEqual(["welcome", "bye"]);
    await expect.poll(() => socket.connected).toBe(false);
    expect(await own.emitWithAck("hello")).toBe("from the app");
  });

  test.each([
    ["compression", { perMessageDeflate: { threshold: 0 } }],
    ["connection state recovery", { connectionStateRecovery: {} }],
  ])("%s does no harm", async (_what, serverOptions) => {
    const { url } = await shared(serverOptions);
    const ada = track(connectTo(url, { token: "ada", transports: ["websocket"] }));
    await ada.next("welcome");
    ada.send({ t: "sub", r: 1, c: ROOM });
    await ada.next("joined");
    ada.send({ t: "pub", c: ROOM, p: "p", s: 1, b: 0, n: "message", d: "x".repeat(3_000) });
    expect((await ada.next("msg")).m[0]?.[3]).toHaveLength(3_000);
  });

  test("a parser of its own is used", async () => {
    const parser = tildeParser();
    const { url } = await shared({ parser });
    const ada = track(connectTo(url, { token: "ada", transports: ["websocket"], parser } as RealClientOptions));
    expect((await ada.next("welcome")).user).toEqual({ userId: "ada", name: "ada" });
  });

  test("origins are checked when they are given", async () => {
    const { url } = await shared({}, { origins: ["https://app.example.com"] });
    const eve = track(connectTo(url, { extraHeaders: { origin: "https://evil.com" } }));
    const message = new Promise((resolve) => eve.socket.on("connect_error", (error) => resolve(error.message)));
    expect(await message).toBe("This origin is not allowed.");
    await track(connectTo(url, { extraHeaders: { origin: "https://app.example.com" } })).next("welcome");
  });
});

/** Socket.IO's own parser with a tilde before each packet. */
function tildeParser(): unknown {
  const { Encoder, Decoder } = Reflect.get(new Server(), "_parser");
  return {
    Encoder: class extends Encoder {
      override encode(packet: Parameters<InstanceType<typeof Encoder>["encode"]>[0]) {
        return super.encode(packet).map((text: unknown) => `~${text}`);
      }
    },
    Decoder: class extends Decoder {
      override add(text: string): void {
        super.add(text.slice(1));
      }
    },
  };
}
