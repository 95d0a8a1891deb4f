/** The realtime server for Node. */
export * from "./core.js";
export { nodeEnv } from "./env/node-env.js";
export {
  createRealtimeServer,
  type RealtimeServer,
  type RealtimeServerOptions,
  type SocketIoServerLike,
} from "./realtime-server.js";
export type { NodeServer } from "./transport/socket-io-server.js";
