/** Attune over Socket.IO. */
export type { SocketIoOptions } from "./options.js";
export type { EmitterLike, EngineLike, ManagerLike, NamespaceSocketLike, SocketLike } from "./socket-like.js";
export { socketio } from "./socketio.js";
export type { TransportName } from "./transport-choice.js";
