/** In which state a client is struck: the rows of the coverage table. */
import type { SimulatedClient } from "../world/simulated-client.js";

/** The states of a client, as far as a fault can tell them apart. */
export const CLIENT_STATES = ["idle", "connecting", "joining", "live", "backoff", "offline"] as const;
export type ClientState = (typeof CLIENT_STATES)[number];

/** `joining`: connected, and at least one channel is not live. `idle`: the app wants no connection. */
export function stateOf(client: SimulatedClient): ClientState {
  const connection = client.realtime.$connection.value;
  switch (connection?.status) {
    case "connected": {
      const isLive = [...client.leases.keys()].every(
        (name) => client.channel(name).$status.value?.continuity === "live",
      );
      return isLive ? "live" : "joining";
    }
    case "connecting":
      return "connecting";
    case "reconnecting":
      return connection.step === "attempt" ? "connecting" : connection.step;
    default:
      return "idle";
  }
}
