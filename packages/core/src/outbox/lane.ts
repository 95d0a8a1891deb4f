/** The records of one channel on their way out, and the chain that keeps them in order on the server. */
import { fullBucket, take, waitMs } from "./rate-limiter.js";
import type { Bucket, Rate } from "./rate-limiter.js";

/** What a lane needs to know of a record. */
export interface LaneRecord {
  readonly sequence: number;
}

/** How many records of a channel may be without an answer; the server remembers 256 results to answer repeats. */
export const MAX_IN_FLIGHT = 32;

/**
 * One channel's records, oldest first: the first `inFlight` of them have been sent and not answered.
 *
 * Each publish names the sequence before it, and the server appends only after exactly that one. `stored` is the last that
 * the server is known to have, so that after a loss, a refusal or a drop the chain is linked anew from there.
 */
export interface Lane<R extends LaneRecord> {
  readonly records: readonly R[];
  readonly inFlight: number;
  readonly stored: number;
  /** Counts rewinds: answers to an earlier flight say nothing about the order of this one. */
  readonly flight: number;
  readonly bucket: Bucket;
}

/** An empty lane. */
export function createLane<R extends LaneRecord>(rate: Rate, nowMs: number): Lane<R> {
  return { records: [], inFlight: 0, stored: 0, flight: 0, bucket: fullBucket(rate, nowMs) };
}

/** With one more record at the end. */
export function append<R extends LaneRecord>(lane: Lane<R>, record: R): Lane<R> {
  return { ...lane, records: [...lane.records, record] };
}

/** What may go next, or how long to wait for it; `undefined` when nothing can be done before an answer comes. */
export function nextToSend<R extends LaneRecord>(
  lane: Lane<R>,
  rate: Rate,
  nowMs: number,
): { readonly record: R; readonly previous: number; readonly waitMs: number } | undefined {
  const record = lane.records[lane.inFlight];
  if (!record || lane.inFlight >= MAX_IN_FLIGHT) return undefined;
  const previous = lane.records[lane.inFlight - 1]?.sequence ?? lane.stored;
  return { record, previous, waitMs: waitMs(lane.bucket, rate, nowMs) };
}

/** The next record went out. */
export function sent<R extends LaneRecord>(lane: Lane<R>, rate: Rate, nowMs: number): Lane<R> {
  return { ...lane, inFlight: lane.inFlight + 1, bucket: take(lane.bucket, rate, nowMs) };
}

/** The server has this record; it leaves the lane. */
export function stored<R extends LaneRecord>(lane: Lane<R>, sequence: number): Lane<R> {
  return { ...without(lane, sequence), stored: Math.max(lane.stored, sequence) };
}

/** Takes a record out: refused, dropped or expired. When it was in flight, those sent after it must be linked anew. */
export function removed<R extends LaneRecord>(lane: Lane<R>, sequence: number): Lane<R> {
  const index = lane.records.findIndex((record) => record.sequence === sequence);
  const rest = without(lane, sequence);
  return index >= 0 && index < lane.inFlight ? rewound(rest) : rest;
}

/**
 * Everything in flight goes back to waiting, to be sent again from the oldest on.
 *
 * @param last what the server says it has; it counts only while it lies before the oldest record: beyond that, it means
 * that records are stored whose answers were lost, and those are asked for again
 */
export function rewound<R extends LaneRecord>(lane: Lane<R>, last?: number): Lane<R> {
  const oldest = lane.records[0]?.sequence ?? Infinity;
  return {
    ...lane,
    inFlight: 0,
    flight: lane.flight + 1,
    stored: last !== undefined && last < oldest ? last : lane.stored,
  };
}

function without<R extends LaneRecord>(lane: Lane<R>, sequence: number): Lane<R> {
  const index = lane.records.findIndex((record) => record.sequence === sequence);
  if (index < 0) return lane;
  return {
    ...lane,
    records: lane.records.filter((_, at) => at !== index),
    inFlight: lane.inFlight - (index < lane.inFlight ? 1 : 0),
  };
}
