/** A connection that comes back by itself, like those of SDKs that reconnect on their own. */
import type { Closed, DriverConnection } from "@attune/core/driver";
import type { Clock } from "@attune/protocol";

const RETURN_AFTER_MS = 1_000;

/**
 * Opens a connection, and another one in its place a second after each loss, until it is closed or refused for good.
 *
 * @param open starts one connection; what it says of its end goes to `lost`
 * @param closed hears of every end
 */
export function createReturningConnection(
  clock: Clock,
  open: (lost: (reason: Closed) => void) => DriverConnection,
  closed: (reason: Closed) => void,
): DriverConnection {
  let cancel = (): void => {};
  let current = open(lost);

  function lost(reason: Closed): void {
    if (reason.error.retryable) {
      cancel = clock.after(Math.max(RETURN_AFTER_MS, reason.retryAfterMs ?? 0), () => {
        current = open(lost);
      });
    }
    closed(reason);
  }

  return {
    attach: (channel, request) => current.attach(channel, request),
    detach: (channel) => current.detach(channel),
    publish: (message) => current.publish(message),
    signal: (channel, name, value) => current.signal(channel, name, value),
    setPresence: (channel, state) => current.setPresence(channel, state),
    history: (channel, query) => current.history(channel, query),
    ping: () => current.ping?.() ?? new Promise(() => {}),
    setVisible: (isVisible) => current.setVisible(isVisible),
    close(goodbye) {
      cancel();
      current.close(goodbye);
    },
  };
}
