/** Turns what Socket.IO says of an ending into our errors. Pure. */
import {
  CLOSE_CODES,
  decodeServerFrame,
  type ErrorCode,
  isErrorCode,
  RealtimeError,
  type ServerByeFrame,
} from "@attune/protocol";

/** What a server's middleware may put into `error.data`: a code of ours, or a close code. */
interface Refusal {
  readonly code?: unknown;
  readonly msg?: unknown;
  readonly after?: unknown;
}

/** How each reason of `disconnect` translates; any other one is a lost connection. */
const REASONS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  "io server disconnect": ["connection-lost", "The server closed the connection."],
  "ping timeout": ["timeout", "The connection went silent."],
  "parse error": ["transport-failed", "The connection carried something that is not Socket.IO."],
};

/** Why a connection that was open is not any more: the arguments of `disconnect`. */
export function fromDisconnect(reason: string, description?: unknown): RealtimeError {
  const [code, message] = REASONS[reason] ?? ["connection-lost", "The connection was lost."];
  return new RealtimeError(code, message, { details: { reason }, ...causeOf(description) });
}

/** Why a connection did not come up: the argument of `connect_error`. */
export function fromConnectError(error: unknown): RealtimeError {
  const {
    message = "",
    data,
    description,
  } = Object(error) as { message?: string; data?: unknown; description?: unknown };
  // Socket.IO gives `data`, be it undefined, to the errors that come from the server, and to those only.
  if ("data" in Object(error)) return fromRefusal(message, data, error);
  if (message === "timeout")
    return new RealtimeError("timeout", "The server did not answer in time.", { cause: error });
  // The transport's own words: "websocket error", "xhr poll error"; the description is its HTTP status, or an event.
  const details = typeof description === "number" ? { details: { status: description } } : {};
  return new RealtimeError("transport-failed", `The server could not be reached: ${message}.`, {
    ...details,
    cause: error,
  });
}

/** The server's last word in a frame, if that is what the frame is. */
export function toBye(frame: unknown): ServerByeFrame | undefined {
  const decoded = (Object(frame) as { t?: unknown }).t === "bye" ? decodeServerFrame(frame) : undefined;
  return decoded?.t === "bye" ? decoded : undefined;
}

function fromRefusal(message: string, data: unknown, cause: unknown): RealtimeError {
  if (message === "Invalid namespace") {
    return new RealtimeError("transport-failed", 'The Socket.IO server has no namespace "/attune".', causeOf(cause));
  }
  const { code, msg, after } = Object(data) as Refusal;
  const words = typeof msg === "string" ? msg : message;
  const details = typeof after === "number" ? { details: { retryAfterMs: after } } : {};
  return new RealtimeError(toCode(code), `The server refused the connection: ${words}`, {
    ...details,
    ...causeOf(cause),
  });
}

function toCode(code: unknown): ErrorCode {
  if (isErrorCode(code)) return code;
  // Middleware that gives no code of ours is the app's own, and what those refuse is credentials.
  return (CLOSE_CODES as Readonly<Record<string, ErrorCode>>)[String(code)] ?? "unauthorized";
}

function causeOf(cause: unknown): { readonly cause?: unknown } {
  return cause === undefined ? {} : { cause };
}
