/** The one error type of Attune, with its closed list of codes. */
import type { ErrorCode } from "./error-codes.js";
import { HINTS } from "./hints.js";

// Bundlers replace the expression, and drop the hints with it. An unbundled server keeps them, unless it says production.
declare const process: { readonly env: { readonly NODE_ENV?: string } };

/** The codes with which the same call may succeed later, without a change. */
const RETRYABLE: readonly ErrorCode[] = [
  "auth-failed",
  "channel-closed",
  "connection-lost",
  "internal-error",
  "out-of-order",
  "rate-limited",
  "server-draining",
  "slow-consumer",
  "storage-failed",
  "timeout",
  "token-expired",
  "transport-failed",
];

/** What an error carries besides its code and message. */
export interface RealtimeErrorOptions {
  /** Machine-readable facts, such as the channel or `retryAfterMs`. Never secrets or payloads. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** What to do first, where the code's own hint would be too general. Default: the hint of the code. */
  readonly hint?: string;
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
  /** What to do first; absent when `NODE_ENV` is `production`. */
  readonly hint?: string;
  /** Facts for programs. */
  readonly details?: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: RealtimeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RealtimeError";
    this.code = code;
    this.retryable = RETRYABLE.includes(code);
    if (process.env.NODE_ENV !== "production") this.hint = options.hint ?? HINTS[code];
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
