/** What is soaked: ours twice, and plain Socket.IO in the four ways in which its documentation offers more delivery. */

/** The name of a row. */
export type SystemName =
  | "attune"
  | "attune-defaults"
  | "socketio"
  | "socketio-retries"
  | "socketio-csr"
  | "socketio-csr-retries";

/** How a system is set up. */
export interface System {
  readonly name: SystemName;
  readonly title: string;
  readonly isOurs: boolean;
  /** Reconnect delays of 20 to 100 ms, and no limits. Otherwise every default of the library. */
  readonly isTuned: boolean;
  /** Socket.IO's `retries: 10, ackTimeout: 1000`. */
  readonly hasRetries: boolean;
  /** Socket.IO's connection state recovery. */
  readonly hasRecovery: boolean;
}

const PEER = { isOurs: false, isTuned: true, hasRetries: false, hasRecovery: false } as const;
const OURS = { ...PEER, isOurs: true } as const;

export const SYSTEMS: Readonly<Record<SystemName, System>> = {
  attune: { ...OURS, name: "attune", title: "Attune, tuned" },
  "attune-defaults": { ...OURS, name: "attune-defaults", title: "Attune, defaults", isTuned: false },
  socketio: { ...PEER, name: "socketio", title: "Socket.IO" },
  "socketio-retries": { ...PEER, name: "socketio-retries", title: "Socket.IO, retries", hasRetries: true },
  "socketio-csr": { ...PEER, name: "socketio-csr", title: "Socket.IO, CSR", hasRecovery: true },
  "socketio-csr-retries": {
    ...PEER,
    name: "socketio-csr-retries",
    title: "Socket.IO, CSR + retries",
    hasRetries: true,
    hasRecovery: true,
  },
};

/** Where everything is published. */
export const CHANNEL = "presence:soak:1";
/** Of a tuned client that was cut off; the same for all systems. */
export const RECONNECT = { minMs: 20, maxMs: 100 };
