/** The realtime server of the demo: which channels there are, who a client is, and what it may do. */
import { channels } from "@attune-demo/room";
import { createRealtimeServer, type RealtimeServer } from "@attune/server";
import type { Guests } from "./guests.js";

/** Every guest may do everything in every room, and who is no guest may do nothing. */
export function createRealtime(guests: Guests): RealtimeServer {
  return createRealtimeServer({
    channels,
    authenticate: ({ token }) => guests.recognise(token),
    canAccessChannel: (user) => user !== null,
  });
}
