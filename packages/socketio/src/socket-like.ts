/** The parts used of Socket.IO's client, so that any 4.x the app has will do. */

/** What Socket.IO's emitters have in common. Each has event types of its own, so that no parameter is common to all. */
export interface EmitterLike {
  on(event: never, listener: never): unknown;
  off(event: never, listener: never): unknown;
}

/** The connection under all namespaces; another one after each reconnection. */
export interface EngineLike extends EmitterLike {
  readonly readyState: string;
  readonly transport: { readonly name: string };
  close(): unknown;
}

/** What opens that connection, and reconnects it. */
export interface ManagerLike extends EmitterLike {
  /** Absent before the first attempt to connect. */
  readonly engine?: EngineLike;
  socket(namespace: string, options?: { auth?: (answer: (credentials: object) => void) => void }): NamespaceSocketLike;
}

/** A socket of one namespace. */
export interface NamespaceSocketLike extends EmitterLike {
  readonly io: ManagerLike;
  readonly connected: boolean;
  /** Whether it connects when the connection under it does. */
  readonly active: boolean;
  /** What was sent while it was not connected, and would be sent when it is. */
  readonly sendBuffer: unknown[];
  /** What came after it was disconnected, and would be heard when it connects again. */
  readonly receiveBuffer: (readonly unknown[])[];
  connect(): unknown;
  disconnect(): unknown;
  emit(event: string, frame: object): unknown;
}

/** A Socket.IO client socket of the app, of any namespace and with any event types. */
export interface SocketLike {
  readonly io: ManagerLike;
}
