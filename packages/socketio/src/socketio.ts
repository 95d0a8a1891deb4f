/** The driver for Socket.IO. */
import type { Driver } from "@attune/core/driver";
import { createWireDriver } from "@attune/core/wire";
import { RealtimeError } from "@attune/protocol";
import { openExistingConnection, type TimeAndChance } from "./existing-connection.js";
import type { SocketIoOptions } from "./options.js";
import { openOwnConnection } from "./own-connection.js";
import type { SocketLike } from "./socket-like.js";

/**
 * Connects to Attune's server over Socket.IO.
 *
 * With a URL it opens a connection of its own, and core reconnects it. WebSocket is tried first, then long-polling;
 * `$connection.transport` says which it is.
 *
 * @param url origin of the server, `https://api.example.com`; "" is the page's own. Its path is the option `path`
 * @throws {RealtimeError} `invalid-option` when the URL has a path, a query or a fragment
 * @example
 * ```ts
 * import { createRealtime } from "@attune/core";
 * import { socketio } from "@attune/socketio";
 * const realtime = createRealtime({ driver: socketio("https://api.example.com"), auth: () => "token" });
 * ```
 */
export function socketio(url: string, options?: SocketIoOptions): Driver;
/**
 * Uses a connection that the app has already, beside its own namespaces. The Manager of that socket reconnects, by its own
 * options; the socket itself is never touched.
 *
 * @example
 * ```ts
 * import { createRealtime } from "@attune/core";
 * import { socketio } from "@attune/socketio";
 * import { io } from "socket.io-client";
 * const socket = io("https://api.example.com");
 * const realtime = createRealtime({ driver: socketio(socket) });
 * ```
 */
export function socketio(socket: SocketLike): Driver;
export function socketio(target: string | SocketLike, options: SocketIoOptions = {}): Driver {
  return typeof target === "string" ? ownDriver(target, options) : existingDriver(target);
}

function ownDriver(url: string, options: SocketIoOptions): Driver {
  if (!/^((\w+:)?\/\/)?[^/?#]*\/?$/.test(url)) {
    throw new RealtimeError(
      "invalid-option",
      `socketio("${url}"): give the origin only; a path goes into the option \`path\`.`,
    );
  }
  return createWireDriver({ name: "socketio", open: openOwnConnection(url, options) });
}

function existingDriver({ io: manager }: SocketLike): Driver {
  let env: TimeAndChance | undefined;
  const driver = createWireDriver({
    name: "socketio",
    reconnect: "driver",
    open: openExistingConnection(manager, () => env as TimeAndChance),
  });
  return {
    ...driver,
    connect(host) {
      // Pipes know no clock: this one needs one, to come back to a server that sent it away.
      env = host;
      return driver.connect(host);
    },
  };
}
