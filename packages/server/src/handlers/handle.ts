/** Which handler a frame goes to. */
import type { ClientFrame } from "@attune/protocol";
import type { Connection } from "../connection/connection.js";
import { readHistory } from "./history.js";
import { patch } from "./patch.js";
import { publish } from "./publish.js";
import { signal } from "./signal.js";
import { setState } from "./state.js";
import { subscribe } from "./subscribe.js";

/**
 * Does what a frame asks. Errors that it throws or rejects with go back to the sender, and nobody else notices.
 *
 * A handler that waited MUST look whether the connection is still open: another one may carry the session by then.
 */
export function handle(connection: Connection, frame: ClientFrame): void | Promise<void> {
  switch (frame.t) {
    case "sub":
      return subscribe(connection, frame);
    case "unsub":
      return connection.leave(frame.c);
    case "more":
      return connection.more(frame.r);
    case "pub":
      return publish(connection, frame);
    case "sig":
      return signal(connection, frame);
    case "state":
      return setState(connection, frame);
    case "patch":
      return patch(connection, frame);
    case "hist":
      return readHistory(connection, frame);
    case "bye":
      return connection.goodbye();
    default:
      // hello, auth, ping, pong and vis never get here.
      return undefined;
  }
}
