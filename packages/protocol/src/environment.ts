/** Time and chance as both ends take them in: the same shapes, so that both can run under one virtual clock. */

/** A clock of two methods: what time is it, and call me later. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once after `ms`; the returned function cancels. */
  after(ms: number, run: () => void): () => void;
}

/** A number, uniform in [0, 1). */
export type Random = () => number;

/** A new id that nobody can guess: letters, digits and `-` only. */
export type MakeId = () => string;
