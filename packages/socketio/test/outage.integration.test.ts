/** An outage that the app's own Manager outlives: the service comes back with it. */
import { createRealtime } from "@attune/core";
import { until } from "@attune/testing";
import { io } from "socket.io-client";
import { expect, test } from "vitest";
import { socketio } from "../src/index.js";
import { startMortalServer } from "./mortal-server.js";

/** More than the attempts after which core gives up a connection of its own. */
const ATTEMPTS = 25;

test("the service comes back with the app's own socket after more attempts than core would make", async () => {
  const first = await startMortalServer();
  // As Socket.IO's defaults (1 to 5 s), fifty times as fast.
  const app = io(`http://127.0.0.1:${first.port}`, {
    forceNew: true,
    transports: ["websocket"],
    reconnectionDelay: 20,
    reconnectionDelayMax: 100,
  });
  const realtime = createRealtime({ driver: socketio(app) });
  await realtime.connect();
  let attempts = 0;
  app.io.on("reconnect_attempt", () => (attempts += 1));
  await first.kill();
  await until(() => attempts >= ATTEMPTS, { withinMs: 15_000 });
  const second = await startMortalServer(first.port);
  await until(() => app.connected, { withinMs: 5_000 });
  await until(() => realtime.getConnectionState() === "connected", { describe: () => realtime.$connection.get() });
  expect(await realtime.publish("public:a", "message", 1)).toMatchObject({ guarantee: "stored" });
  realtime.dispose();
  app.disconnect();
  await second.kill();
}, 30_000);
