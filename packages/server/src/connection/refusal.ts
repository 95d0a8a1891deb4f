/** Turns an error into the frame that tells its sender. */
import { type ClientFrame, type ErrorCode, isRealtimeError, type ServerFrame } from "@attune/protocol";

/**
 * The answer to a frame that could not be done.
 *
 * An error that is not ours is an `internal-error` to the client: what it says is nobody's business but the operator's.
 */
export function toRefusal(frame: ClientFrame, error: unknown): ServerFrame | undefined {
  const code: ErrorCode = isRealtimeError(error) ? error.code : "internal-error";
  const msg = isRealtimeError(error) ? error.message : "The server could not do this.";
  const { last, retryAfterMs } = isRealtimeError(error) ? (error.details ?? {}) : {};
  const after = typeof retryAfterMs === "number" ? { after: retryAfterMs } : {};
  switch (frame.t) {
    case "pub":
    case "patch":
      return {
        t: "nack",
        c: frame.c,
        p: frame.p,
        s: frame.s,
        code,
        msg,
        ...after,
        ...(typeof last === "number" ? { last } : {}),
      };
    case "sub":
    case "hist":
      return { t: "fail", r: frame.r, c: frame.c, code, msg, ...after };
    case "sig":
    case "state":
    case "unsub":
      return { t: "fail", c: frame.c, code, msg, ...after };
    default:
      return undefined;
  }
}
