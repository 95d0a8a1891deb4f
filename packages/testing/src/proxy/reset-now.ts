/** Resets a TCP connection, whatever state it is in. */
import type { Socket } from "node:net";

/** RST at once. `resetAndDestroy` first waits until everything is written: for ever, where the other end does not read. */
export function resetNow(socket: Socket): void {
  // A socket that is still connecting has nothing to reset. And one whose FIN is on its way cannot be reset: the system refuses,
  // and Node, having tried, neither closes it nor says so. Closed with bytes unread or unsent, it is a reset all the same.
  const isEnding = socket.writableEnded && !socket.writableFinished;
  if (!socket.connecting && !isEnding) Object.assign(socket, RESETS_WHEN_DESTROYED);
  socket.destroy();
}

/** What `resetAndDestroy` sets for `destroy` to look at, when it comes to that. */
const RESETS_WHEN_DESTROYED = { resetAndClosing: true };
