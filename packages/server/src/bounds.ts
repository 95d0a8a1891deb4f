/** Every bound of a server that clients need not know, with its default. */

/** Bounds that keep one client from taking the server down. What clients pace themselves by is in `Limits`. */
export interface Bounds {
  /** Connections, those not yet authenticated included. Past it, new ones are told to come back later. Default 110,000. */
  readonly connections: number;
  /** Sessions, live and lost together. Past it, new clients are told to come back later. Default 100,000. */
  readonly sessions: number;
  /** Sessions that one user has at one time; past it, the user's next one is refused with 4103. Default 1,000; 0 lifts the bound. */
  readonly sessionsPerUser: number;
  /** Clients admitted per second; the rest gets a slot to come back in, so that a restart is no stampede. Default 1,000; 0 lifts the bound. */
  readonly admittedPerSecond: number;
  /** Clients admitted at once. Default 150. */
  readonly admittedAtOnce: number;
  /** Frames that wait while a client is being authenticated. Past it, 4103. Default 16. */
  readonly queuedBeforeWelcome: number;
  /** Frames of one connection that wait while an earlier one is being worked on. Past it, 4103; signals go sooner. Default 2,048. */
  readonly queuedFrames: number;
  /** Bytes waiting for one connection past which it gets no signals. Default 65,536. */
  readonly softBufferBytes: number;
  /** Bytes waiting for one connection past which it is cut with 4001; it resumes from the log. Default 1,048,576. */
  readonly hardBufferBytes: number;
  /** Bytes of one signal's value as JSON in UTF-8. Default 4,096. */
  readonly signalBytes: number;
  /** Messages on one page of history. Default 200. */
  readonly historyPage: number;
  /** Presence states per second and connection; the excess waits, and the newest of each channel is kept. Default 5. */
  readonly statesPerSecond: number;
  /** Bytes of a channel's shared state as JSON in UTF-8. Default 262,144. */
  readonly stateBytes: number;
  /** Changes of shared states per second and connection, and twice that at once. Default 10; 0 lifts the bound. */
  readonly patchesPerSecond: number;
  /** How long a client may take from connecting to being authenticated, in milliseconds. Default 10,000. */
  readonly helloMs: number;
  /** How long `canAccessChannel` may take, in milliseconds. Default 5,000. */
  readonly accessMs: number;
  /** How long `initialState` may take, in milliseconds. Default 5,000. */
  readonly initialStateMs: number;
}

/** The defaults of {@link Bounds}. */
export const DEFAULT_BOUNDS: Bounds = {
  connections: 110_000,
  sessions: 100_000,
  sessionsPerUser: 1_000,
  admittedPerSecond: 1_000,
  admittedAtOnce: 150,
  queuedBeforeWelcome: 16,
  queuedFrames: 2_048,
  softBufferBytes: 65_536,
  hardBufferBytes: 1_048_576,
  signalBytes: 4_096,
  historyPage: 200,
  statesPerSecond: 5,
  stateBytes: 262_144,
  patchesPerSecond: 10,
  helloMs: 10_000,
  accessMs: 5_000,
  initialStateMs: 5_000,
};
