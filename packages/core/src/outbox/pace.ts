/** The pace that the server allows a whole connection. */
import type { Clock, Limits } from "@attune/protocol";
import { fullBucket, take, waitMs } from "./rate-limiter.js";
import type { Bucket, Rate } from "./rate-limiter.js";

/** Counts what goes out. */
export interface Pace {
  /** Milliseconds until the next one may go. */
  waitMs(): number;
  took(): void;
  /** The server asked for a rest. */
  pause(ms: number): void;
  /** A new connection: what the old one used up is forgotten. */
  restart(limits: Limits | undefined): void;
}

/** Starts without a limit. */
export function createPace(clock: Clock): Pace {
  let rate: Rate = { burst: 1, perSecond: 0 };
  let bucket: Bucket = fullBucket(rate, 0);
  let pausedUntilMs = 0;
  return {
    waitMs: () => Math.max(waitMs(bucket, rate, clock.now()), pausedUntilMs - clock.now()),
    took() {
      bucket = take(bucket, rate, clock.now());
    },
    pause(ms) {
      pausedUntilMs = clock.now() + ms;
    },
    restart(limits) {
      const perMinute = limits?.messagesPerMinute ?? 0;
      pausedUntilMs = 0;
      rate = { burst: Math.max(1, perMinute), perSecond: perMinute / 60 };
      bucket = fullBucket(rate, clock.now());
    },
  };
}
