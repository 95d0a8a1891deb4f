/** The server without a transport: frames in, frames out. */
export type { Action, CanAccessChannel } from "./access/access.js";
export type { Authenticate, AuthenticationRequest } from "./access/authenticate.js";
export type { Bounds } from "./bounds.js";
export { DEFAULT_BOUNDS } from "./bounds.js";
export type * from "./broker/broker.js";
export { createMemoryBroker, type MemoryBrokerOptions } from "./broker/memory-broker.js";
export type { HistoryBounds } from "./broker/memory-log.js";
export type { StateBounds } from "./broker/memory-states.js";
export type { ChainBounds } from "./broker/producer-chains.js";
export type { FlushWindows } from "./channel/flush-timer.js";
export { HIDDEN, VISIBLE, type LivenessWindows } from "./connection/liveness.js";
export type { TransportInlet, TransportLink } from "./connection/transport-link.js";
export type { ServerEnv } from "./env/server-env.js";
export type { CoreOptions, Settings } from "./options.js";
export type { PublishedMessage } from "./handlers/backend-publish.js";
export { createServerCore, type Revocation, type ServerCore } from "./server-core.js";
export type { Counters, Stats } from "./stats.js";
export type { EncodedFrame } from "./wire/encoded-frame.js";
