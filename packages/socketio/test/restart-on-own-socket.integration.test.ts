/** The server restarts, and has forgotten everything: over the app's own socket, and over a connection of our own. */
import { createRealtime } from "@attune/core";
import { until } from "@attune/testing";
import { io } from "socket.io-client";
import { expect, test } from "vitest";
import { socketio } from "../src/index.js";
import { startMortalServer } from "./mortal-server.js";

const A = "public:a";

test.each(["the app's own socket", "a connection of our own"])(
  "the server that comes after stores what was under way (%s)",
  async (way) => {
    const first = await startMortalServer();
    const url = `http://127.0.0.1:${first.port}`;
    const isOwn = way === "the app's own socket";
    const app = io(url, { forceNew: true, autoConnect: isOwn, transports: ["websocket"], reconnectionDelay: 50 });
    const realtime = createRealtime({ driver: isOwn ? socketio(app) : socketio(url) });
    const heard: unknown[] = [];
    realtime.subscribe(A, "message", ({ data }) => heard.push(data));
    await realtime.publish(A, "message", 1);
    const underWay = realtime.publish(A, "message", 2);
    await first.kill();
    const second = await startMortalServer(first.port);
    await until(() => heard.includes(2) && !realtime.$queue.get().length, { withinMs: 10_000 });
    expect(await underWay).toMatchObject({ guarantee: "stored" });
    expect(heard).toEqual([1, 2]);
    expect(realtime.getConnectionState()).toBe("connected");
    realtime.dispose();
    app.disconnect();
    await second.kill();
  },
  20_000,
);
