/** A token bucket: how long to wait before the next one may go. */

/** What a bucket allows. */
export interface Rate {
  /** How many may go at once. */
  readonly burst: number;
  /** How many are added each second; 0 or `Infinity` lifts the limit. */
  readonly perSecond: number;
}

/** A bucket as it stood at an instant. */
export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** A bucket that is full. */
export function fullBucket(rate: Rate, nowMs: number): Bucket {
  return { tokens: rate.burst, atMs: nowMs };
}

/** The bucket now: what has been added since, up to the burst. A clock that went back adds nothing. */
function refill(bucket: Bucket, rate: Rate, nowMs: number): Bucket {
  const tokens = bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1_000) * rate.perSecond;
  return { tokens: Math.min(rate.burst, tokens), atMs: nowMs };
}

/** Milliseconds until one may go; 0 is now. */
export function waitMs(bucket: Bucket, rate: Rate, nowMs: number): number {
  if (!(rate.perSecond > 0 && rate.perSecond < Infinity)) return 0;
  const { tokens } = refill(bucket, rate, nowMs);
  // The sliver forgives floating-point dust: 0.9999999 of a token is one.
  return tokens >= 1 - 1e-9 ? 0 : ((1 - tokens) / rate.perSecond) * 1_000;
}

/** Takes one out. */
export function take(bucket: Bucket, rate: Rate, nowMs: number): Bucket {
  const { tokens, atMs } = refill(bucket, rate, nowMs);
  return { tokens: tokens - 1, atMs };
}
