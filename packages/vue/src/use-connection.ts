/** The connection to the server, as a composable. */
import type { ConnectionState } from "@attune/core";
import { useAtom, type Value } from "./bridge.js";
import { useRealtime } from "./plugin.js";

/** What {@link useConnection} gives. */
export interface UseConnectionReturn {
  /** One union that says everything: `status`, and with it the latency, the next attempt, or why it is over. */
  readonly connection: Value<ConnectionState>;
  /** Connects, or tries again when it was over; resolves when connected. */
  connect(): Promise<void>;
  /** Leaves all channels until the next `connect()`. */
  disconnect(): Promise<void>;
  /** Drops the connection and resumes at once, with a new token. */
  reconnect(): void;
}

/**
 * The state of the connection, and how to change it.
 *
 * @throws {RealtimeError} `missing-context`
 * @example
 * ```ts
 * import { useConnection } from "@attune/vue";
 * const { connection, reconnect } = useConnection();
 * if (connection.value.status === "reconnecting") console.log(connection.value.attempt);
 * ```
 */
export function useConnection(): UseConnectionReturn {
  const realtime = useRealtime();
  return {
    connection: useAtom(() => realtime.$connection),
    connect: () => realtime.connect(),
    disconnect: () => realtime.disconnect(),
    reconnect: () => realtime.reconnect(),
  };
}
