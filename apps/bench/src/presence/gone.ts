/** Judges how those who were killed, or fell silent, were seen to leave. */
import { Samples } from "../samples.js";

/** A member who is gone is a ghost when anybody shows it longer than this. */
export const GHOST_MS = 15_000;

/** Clients that are gone at one moment. */
export interface Gone {
  readonly clients: number;
  /** From that moment until somebody who stayed was told; `null` when nobody did. */
  readonly p50Ms: number | null;
  readonly maxMs: number | null;
  /** Clients that somebody still showed after 15 s. */
  readonly ghosts: number;
  /** Clients that somebody showed for as long as it was waited. */
  readonly forGood: number;
}

/** @param seenMs when each client was seen to leave: one time for each of those who stay and saw it */
export function judgeGone(seenMs: readonly (readonly number[])[], goneMs: number, staying: number): Gone {
  const latencies = new Samples();
  for (const times of seenMs) for (const atMs of times) latencies.add(atMs - goneMs);
  const { count, p50, max } = latencies.percentiles();
  const isSeenByAll = (times: readonly number[]) => times.length >= staying;
  return {
    clients: seenMs.length,
    p50Ms: count > 0 ? p50 : null,
    maxMs: count > 0 ? max : null,
    ghosts: seenMs.filter((times) => !isSeenByAll(times) || times.some((atMs) => atMs - goneMs > GHOST_MS)).length,
    forGood: seenMs.filter((times) => !isSeenByAll(times)).length,
  };
}
