/** The network between one client and the server, as it is at this moment. */

/** What is wrong with a path. All of it holds for connections that are there and for those to come. */
export interface PathCondition {
  /** Bytes to the server vanish. */
  swallowsUp: boolean;
  /** Bytes to the client vanish. */
  swallowsDown: boolean;
  /** Nothing moves before then; then everything does, in order. */
  stalledUntilMs: number;
  /** On top of the usual latency. */
  extraLatencyMs: number;
  /** Bytes a millisecond to the client; `Infinity` is as fast as needed. */
  bytesPerMs: number;
  /** Frames to come that arrive twice, that change places with the next one, or after which an old one comes again. */
  duplicates: number;
  swaps: number;
  replays: number;
  /** Nobody can connect. */
  refuses: boolean;
  /** The next connection breaks as soon as the server has said something on it. */
  isCutting: boolean;
}

/** A path without faults. */
export function healthyPath(): PathCondition {
  return {
    swallowsUp: false,
    swallowsDown: false,
    stalledUntilMs: 0,
    extraLatencyMs: 0,
    bytesPerMs: Number.POSITIVE_INFINITY,
    duplicates: 0,
    swaps: 0,
    replays: 0,
    refuses: false,
    isCutting: false,
  };
}

/** Whether what is sent now would arrive in good time. */
export function isSound(path: PathCondition, nowMs: number): boolean {
  return (
    !path.swallowsUp &&
    !path.swallowsDown &&
    path.stalledUntilMs <= nowMs &&
    path.extraLatencyMs === 0 &&
    path.bytesPerMs === Number.POSITIVE_INFINITY
  );
}
