/** Connects a client of either system. */
import { connectAttune } from "./attune-client.js";
import type { PresenceClient, PresenceClientOptions } from "./presence-client.js";
import { connectSocketio } from "./socketio-client.js";

/** Resolves once it is connected; it is on no channel yet. */
export function connectPresenceClient(options: PresenceClientOptions): Promise<PresenceClient> {
  return options.system === "attune" ? connectAttune(options) : connectSocketio(options);
}
