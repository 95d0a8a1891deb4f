/** What an app may say about a connection of our own. */
import type { ManagerOptions } from "socket.io-client";
import type { TransportName } from "./transport-choice.js";

/** What this driver decides itself. */
type Decided =
  | "transports"
  | "path"
  | "withCredentials"
  | "forceNew"
  | "multiplex"
  | "autoConnect"
  | "tryAllTransports";
type Reconnection = Extract<keyof ManagerOptions, `reconnection${string}`> | "randomizationFactor";

/** Options of `socketio(url)`. */
export interface SocketIoOptions {
  /** Where the server's Socket.IO listens. Default `/socket.io`; it must be the same on both ends. */
  readonly path?: string;
  /** Transports, the one to begin with first. Default WebSocket, then long-polling where WebSocket is blocked. */
  readonly transports?: readonly TransportName[];
  /** Sends cookies to another origin, which sticky sessions may need. Default false: who the client is, its token says. */
  readonly withCredentials?: boolean;
  /** Anything else that Socket.IO's Manager takes: `extraHeaders`, `query`, `ca`, ... */
  readonly manager?: Omit<Partial<ManagerOptions>, Decided | Reconnection>;
}
