/** Why the server ends a connection: one table for every transport. */
import type { ErrorCode } from "./error-codes.js";

/** A close code of Attune's own. */
export type CloseCode = 4000 | 4001 | 4002 | 4003 | 4004 | 4005 | 4100 | 4101 | 4102 | 4103;

/**
 * Close code to the error code it stands for.
 *
 * 4000-4099: come back, by the usual backoff or after `retryAfterMs`. 4100-4199: do not come back by yourself.
 *
 * Source: RFC 6455 section 7.4.2 leaves 4000-4999 to applications.
 */
export const CLOSE_CODES: Readonly<Record<CloseCode, ErrorCode>> = {
  4000: "server-draining",
  4001: "slow-consumer",
  4002: "timeout",
  4003: "rate-limited",
  4004: "internal-error",
  4005: "token-expired",
  4100: "unauthorized",
  4101: "conflict",
  4102: "invalid-frame",
  4103: "limit-exceeded",
};

/** Whether a client may come back by itself after this close code. Codes from elsewhere (1006 and its like) may. */
export function mayReconnect(code: number): boolean {
  return code < 4100 || code > 4199;
}
