/** Ours: the server as an app uses it, with a schema for everything. */
import { createServer } from "node:http";
import { DEFAULT_LIMITS, defineChannels, type Limits } from "@attune/protocol";
import { createRealtimeServer } from "@attune/server";
import * as z from "zod";
import { type BenchServer, PUBLIC_CHANNEL } from "./bench-server.js";
import { listen } from "./listen.js";

const message = z.object({ n: z.number(), t: z.number(), pad: z.string() });
const cursor = z.object({ x: z.number(), y: z.number(), t: z.number() });

/** The channels of the benchmark. */
export const channels = defineChannels({
  "public:bench": { events: { message } },
  "presence:bench:{id}": { events: { message }, signals: { cursor } },
});

/** @param lifted limits that would otherwise be what is measured; the defaults hold for the rest */
export async function startAttuneServer(lifted: Partial<Limits> = {}): Promise<BenchServer> {
  const http = createServer();
  const realtime = createRealtimeServer({
    channels,
    limits: { ...DEFAULT_LIMITS, ...lifted },
    authenticate: ({ token }) => (token === undefined ? null : { userId: token, name: token }),
    canAccessChannel: (user, _channel, action) => user !== null || action === "subscribe",
  }).attach(http);
  return {
    port: await listen(http),
    publish: (each) => void realtime.publish(PUBLIC_CHANNEL, "message", each),
    async close() {
      await realtime.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
