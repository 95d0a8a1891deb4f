/** What a server counts. */

/** Counters since the start. They only grow. */
export interface Counters {
  framesIn: number;
  invalidFrames: number;
  messages: number;
  stateChanges: number;
  signals: number;
  /** Signals over the rate, before the subscription was live, or from a connection that was busy. */
  signalsDropped: number;
  /** Flushes of signals that a connection missed because it was behind. */
  signalsSkipped: number;
  resumes: number;
  /** Clients that were told to come back later. */
  deferred: number;
  slowConsumers: number;
  errors: number;
}

/** A server at one instant. */
export interface Stats extends Readonly<Counters> {
  readonly connections: number;
  /** Sessions, those in their grace included. */
  readonly sessions: number;
  readonly channels: number;
  readonly subscriptions: number;
  /** How late the event loop runs: the 99th percentile since the last call, in milliseconds. Absent where `env` does not measure it. */
  readonly loopDelayMs?: number;
}

/** Counters at zero. */
export function createCounters(): Counters {
  return {
    framesIn: 0,
    invalidFrames: 0,
    messages: 0,
    stateChanges: 0,
    signals: 0,
    signalsDropped: 0,
    signalsSkipped: 0,
    resumes: 0,
    deferred: 0,
    slowConsumers: 0,
    errors: 0,
  };
}
