/** A connection whose driver is still being loaded. */
import type { DriverConnection, DriverHost } from "@attune/core/driver";
import { RealtimeError } from "@attune/protocol";

/**
 * Stands in for a connection until there is one. Core speaks to a connection only when it is open, but may close it before.
 *
 * @param load resolves to what connects
 */
export function lateConnection(load: () => Promise<() => DriverConnection>, host: DriverHost): DriverConnection {
  let connection: DriverConnection | undefined;
  let isClosed = false;
  load().then(
    (connect) => {
      if (!isClosed) connection = connect();
    },
    (cause: unknown) =>
      host.closed({ error: new RealtimeError("transport-failed", "The driver could not be loaded.", { cause }) }),
  );

  const open = (): DriverConnection => {
    if (!connection) throw new RealtimeError("connection-lost", "There is no connection yet.");
    return connection;
  };
  return {
    attach: (channel, request) => open().attach(channel, request),
    detach: (channel) => open().detach(channel),
    publish: async (message) => open().publish(message),
    signal: (channel, name, value) => open().signal(channel, name, value),
    setPresence: (channel, state) => open().setPresence(channel, state),
    history: async (channel, query) => open().history(channel, query),
    ping: async () => (await open().ping?.()) ?? {},
    setVisible: (isVisible) => open().setVisible(isVisible),
    close(isGoodbye) {
      isClosed = true;
      connection?.close(isGoodbye);
    },
  };
}
