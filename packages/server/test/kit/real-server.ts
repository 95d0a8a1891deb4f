/** Servers and clients over real sockets, cleaned up after each test. */
import { createServer } from "node:http";
import { afterEach } from "vitest";
import { createRealtimeServer, type RealtimeServer, type RealtimeServerOptions } from "../../src/index.js";
import { connectTo, listen, type RealClient, type RealClientOptions } from "./real-client.js";

export const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

export const options: RealtimeServerOptions = {
  authenticate: ({ token }) => {
    if (token === "bad") throw new Error("bad token");
    return token === undefined ? null : { userId: token, name: token };
  },
  canAccessChannel: () => true,
  onError: () => {},
};

export async function serve(
  more: RealtimeServerOptions = {},
): Promise<{ url: string; realtime: RealtimeServer; client: (o?: RealClientOptions) => RealClient }> {
  const http = createServer();
  const realtime = createRealtimeServer({ ...options, ...more }).attach(http);
  const url = await listen(http);
  cleanUps.push(
    () => new Promise((resolve) => void http.close(resolve)),
    () => realtime.close(),
  );
  return { url, realtime, client: (o) => track(connectTo(url, o)) };
}

export function track(client: RealClient): RealClient {
  cleanUps.push(() => client.socket.disconnect());
  return client;
}
