/** Nothing stays behind over real sockets, at either end. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRealtime } from "@attune/core";
import { createRealtimeServer } from "@attune/server";
import { heapSlope, until } from "@attune/testing";
import { expect, test } from "vitest";
import { socketio } from "../src/index.js";

/** What a connection may leave behind at most, at both ends together. */
const MAX_BYTES = 10;
/** A connection's code, buffers and shapes settle within these, which are not counted. */
const WARM_UP = 2_000;
/** `ATTUNE_LEAK_CONNECTIONS=5000` measures the heap too, in a minute or two; with a few hundred it says nothing. */
const COUNTED = Number(process.env["ATTUNE_LEAK_CONNECTIONS"] ?? 0);
const SHORT = 300;
const NOT_MEASURED = { bytesPerOperation: 0 };

test("nothing stays behind after hundreds of real connections, or thousands", async () => {
  const http = createServer();
  const server = createRealtimeServer({
    authenticate: ({ token }) => (token ? { userId: token, name: token } : null),
    canAccessChannel: () => true,
    bounds: { admittedPerSecond: 0 },
  }).attach(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const realtime = createRealtime({
    driver: socketio(`http://127.0.0.1:${(http.address() as AddressInfo).port}`),
    auth: "ada",
  });
  const channel = realtime.channel("presence:room:1");
  channel.join();
  const connectOnce = async (): Promise<void> => {
    await realtime.connect();
    await until(() => channel.$status.get().continuity === "live");
    await realtime.disconnect();
  };
  for (let each = 0; each < (COUNTED ? WARM_UP : SHORT); each++) await connectOnce();
  const { bytesPerOperation } = COUNTED
    ? await heapSlope(connectOnce, { operations: COUNTED, rounds: 3, enoughBytes: MAX_BYTES })
    : NOT_MEASURED;
  await until(() => server.stats().connections === 0 && server.stats().sessions === 0);
  expect(server.stats()).toMatchObject({ channels: 0, subscriptions: 0 });
  expect(bytesPerOperation).toBeLessThanOrEqual(MAX_BYTES);
  realtime.dispose();
  await server.close();
  await new Promise((resolve) => http.close(resolve));
}, 600_000);
