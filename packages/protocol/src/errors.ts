/** The one error type of Attune, with its closed list of codes. */

/** What kind of failure an error is: a closed list. */
export type ErrorCode =
  | "async-schema"
  | "auth-failed"
  | "channel-closed"
  | "conflict"
  | "connection-lost"
  | "disposed"
  | "expired"
  | "forbidden"
  | "internal-error"
  | "invalid-channel"
  | "invalid-frame"
  | "invalid-option"
  | "invalid-payload"
  | "limit-exceeded"
  | "missing-context"
  | "not-joined"
  | "outcome-unknown"
  | "out-of-order"
  | "overflow"
  | "payload-too-large"
  | "permanently-disconnected"
  | "rate-limited"
  | "refused"
  | "server-draining"
  | "slow-consumer"
  | "timeout"
  | "transport-failed"
  | "unauthorized"
  | "unknown-event"
  | "unsupported"
  | "wrong-user";

/**
 * Every code an error can have: whether trying the same thing again can succeed, and the first thing to do about it.
 *
 * Codes are part of the public contract: none is renamed, and new ones only join.
 */
export const ERROR_CODES: Readonly<Record<ErrorCode, readonly [retryable: boolean, hint: string]>> = {
  "async-schema": [false, "Use a schema that validates synchronously."],
  "auth-failed": [true, "Look at the cause: the auth() callback failed."],
  "channel-closed": [true, "Join again; if it repeats, ask the server why access ended."],
  conflict: [false, "Reload: another connection took over this session."],
  "connection-lost": [true, "Nothing: Attune reconnects by itself."],
  disposed: [false, "Create a new realtime service."],
  expired: [false, "Publish it again if it still matters."],
  forbidden: [false, "Allow this action in canAccessChannel(), or connect as a user who has access."],
  "internal-error": [true, "Look at the server's error report."],
  "invalid-channel": [false, "Use public:{resource}, private:{resource}:{id} or presence:{resource}:{id}."],
  "invalid-frame": [false, "Use the same Attune version on both ends."],
  "invalid-option": [false, "Correct the option that the message names."],
  "invalid-payload": [false, "Send what the channel's schema describes, with no other keys."],
  "limit-exceeded": [false, "Stay within the limit that the message names, or raise it on the server."],
  "missing-context": [false, "Install the plugin, or provide the realtime service further up."],
  "not-joined": [false, "Join the channel first."],
  "outcome-unknown": [false, "Check whether it arrived before you send it again."],
  "out-of-order": [true, "Nothing: the outbox sends again in order."],
  overflow: [false, "Publish less while offline, or raise queue.max."],
  "payload-too-large": [false, "Send less, or raise limits.messageBytes on the server."],
  "permanently-disconnected": [false, "Call connect() to try again."],
  "rate-limited": [true, "Wait for retryAfterMs."],
  refused: [false, "Read details.code: the server will not take this message."],
  "server-draining": [true, "Nothing: Attune reconnects by itself."],
  "slow-consumer": [true, "Read faster, or subscribe to less."],
  timeout: [true, "Check the network, then try again."],
  "transport-failed": [true, "Check the URL, and that the server runs and accepts this origin."],
  unauthorized: [false, "Return a valid token from auth()."],
  "unknown-event": [false, "Declare it in defineChannels(), or correct its name."],
  unsupported: [false, "Check driver.capabilities before you use this."],
  "wrong-user": [false, "Sign in as the user who wrote it, or discard it."],
};

/** What an error carries besides its code and message. */
export interface RealtimeErrorOptions {
  /** Machine-readable facts, such as the channel or `retryAfterMs`. Never secrets or payloads. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The original error, when this one translates another. */
  readonly cause?: unknown;
}

// On the global registry: two copies of this package in one page recognise each other's errors.
const BRAND: unique symbol = Symbol.for("attune.error") as never;

/**
 * What went wrong and where (`message`), what to do first (`hint`), and a `code` from a closed list.
 *
 * Recognise one with {@link isRealtimeError}, never by `instanceof` or by its text.
 *
 * @example
 * ```ts
 * import { RealtimeError } from "@attune/protocol";
 * throw new RealtimeError("forbidden", 'Cannot join "private:order:7".', { details: { channel: "private:order:7" } });
 * ```
 */
export class RealtimeError extends Error {
  /** What kind of failure this is. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** What to do first. */
  readonly hint: string;
  /** Facts for programs. */
  readonly details?: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: RealtimeErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "RealtimeError";
    this.code = code;
    [this.retryable, this.hint] = ERROR_CODES[code];
    if (options.details) this.details = options.details;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/**
 * Says whether a value is a {@link RealtimeError}, also one from another copy of this package.
 *
 * @param code when given, only an error with this code counts
 * @example
 * ```ts
 * import { isRealtimeError } from "@attune/protocol";
 * try { throw new Error("x"); } catch (error) { if (isRealtimeError(error, "rate-limited")) console.log(error.details); }
 * ```
 */
export function isRealtimeError(error: unknown, code?: ErrorCode): error is RealtimeError {
  return (
    typeof error === "object" &&
    error !== null &&
    BRAND in error &&
    (code === undefined || (error as unknown as RealtimeError).code === code)
  );
}

/** Says whether a string from the wire is a code this version knows. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERROR_CODES, code);
}
