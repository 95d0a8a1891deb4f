/** The options of a service. */
import type { ChannelDefinitions } from "@attune/protocol";
import type { ReconnectOptions } from "./connection/backoff.js";
import type { Auth } from "./connection/tokens.js";
import type { Driver } from "./driver.js";
import type { Environment } from "./env/environment.js";
import type { QueueOptions } from "./outbox/queue-options.js";

/** How to make a service. */
export interface RealtimeOptions<D extends ChannelDefinitions = ChannelDefinitions> {
  /** What carries the bytes: `socketio(url)` and its like. */
  readonly driver: Driver;
  /**
   * A token, or a function that gets one; asked at every attempt and before the last one expires, so that it is always fresh, and never twice
   * at one time. With `isStale` it must not give one that it kept. Default none: anonymous.
   */
  readonly auth?: Auth;
  /** From `defineChannels`; types and validates. Default: any channel, nothing validated here. */
  readonly channels?: D;
  /** True (default) connects with the first join, publish or `connect()`; false at once. */
  readonly lazy?: boolean;
  /** Bounds of the outgoing queue, and where it is kept. Default 100 messages, 10 a second per channel, 12 hours, in memory. */
  readonly queue?: Partial<QueueOptions>;
  /** Delays between attempts. Default 1 to 30 s, plus up to 1 s, 20 attempts; no end of them with a driver that reconnects by itself. */
  readonly reconnect?: Partial<ReconnectOptions>;
  /** How many of a channel's last messages a first join shows. Default 50; 0 begins empty. */
  readonly recent?: number;
  /** Milliseconds for one attempt to open. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Replaces parts of the world: clock, random, network... Default the browser's or Node's. */
  readonly env?: Partial<Environment>;
}
