/** The realtime server of the demo: which channels there are, who a client is, and what it may do. */
import { channels } from "@attune-demo/room";
import { createRealtimeServer } from "@attune/server";
import type { Carrying } from "./carrying.js";
import { createGuestTokens } from "./guest-tokens.js";

/** Every guest may do everything in every room, and who is no guest may do nothing. */
export function createRealtime(secret: Uint8Array): Carrying {
  const tokens = createGuestTokens(secret);
  const server = createRealtimeServer({
    channels,
    authenticate: ({ token }) => tokens.recognise(token),
    canAccessChannel: (user) => user !== null,
  });
  return {
    carrier: { driver: "socketio" },
    sign: (guest) => tokens.sign(guest),
    attach: (http) => void server.attach(http),
    close: () => server.close(),
  };
}
