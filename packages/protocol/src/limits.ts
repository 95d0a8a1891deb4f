/** The numbers client and server agree on, with their defaults. */

/** What the server allows one connection, told to the client in `welcome` so that it paces itself. */
export interface Limits {
  /** Messages per minute and connection. Default 100; 0 lifts the limit. */
  readonly messagesPerMinute: number;
  /** Channels joined at one time per connection. Default 50. */
  readonly channels: number;
  /** Bytes of one message's data as JSON in UTF-8. Default 65,536. */
  readonly messageBytes: number;
  /** Signals per second and connection in the long run; the excess is dropped. Default 30; 0 lifts the limit. */
  readonly signalsPerSecond: number;
  /** Signals that may come at once. Default 60. */
  readonly signalBurst: number;
}

/** The defaults of {@link Limits}. */
export const DEFAULT_LIMITS: Limits = {
  messagesPerMinute: 100,
  channels: 50,
  messageBytes: 65_536,
  signalsPerSecond: 30,
  signalBurst: 60,
};

/** The largest backfill chunk, in characters of JSON. A larger single message travels alone. */
export const MAX_CHUNK_CHARS = 65_536;

/** The deepest nesting of arrays and objects in a payload. Deeper ones are refused before any schema sees them. */
export const MAX_DEPTH = 64;

/** The most operations in one patch of a shared state. */
export const MAX_PATCH_OPERATIONS = 1_000;

/** How many results per (producer, channel) the server keeps to answer repeats; a client has fewer than that in flight. */
export const DEDUPE_RESULTS = 256;

/** The version of the frames. A server refuses a `hello` with another one. */
export const PROTOCOL_VERSION = 1;
