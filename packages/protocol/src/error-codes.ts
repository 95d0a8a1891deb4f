/** The closed list of error codes: part of the public contract, none is renamed, and new ones only join. */

/** What kind of failure an error is. */
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
  | "storage-corrupt"
  | "storage-failed"
  | "timeout"
  | "token-expired"
  | "transport-failed"
  | "unauthorized"
  | "unknown-event"
  | "unsupported"
  | "wrong-user";

/** Every code. */
export const ERROR_CODES: readonly ErrorCode[] = [
  "async-schema",
  "auth-failed",
  "channel-closed",
  "conflict",
  "connection-lost",
  "disposed",
  "expired",
  "forbidden",
  "internal-error",
  "invalid-channel",
  "invalid-frame",
  "invalid-option",
  "invalid-payload",
  "limit-exceeded",
  "missing-context",
  "not-joined",
  "outcome-unknown",
  "out-of-order",
  "overflow",
  "payload-too-large",
  "permanently-disconnected",
  "rate-limited",
  "refused",
  "server-draining",
  "slow-consumer",
  "storage-corrupt",
  "storage-failed",
  "timeout",
  "token-expired",
  "transport-failed",
  "unauthorized",
  "unknown-event",
  "unsupported",
  "wrong-user",
];

/** Says whether a string from the wire is a code this version knows. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return ERROR_CODES.includes(code as ErrorCode);
}
