/** Every shape of failure that supabase-js has, as one kind of error. */
import { type ErrorCode, isRealtimeError, RealtimeError } from "@attune/protocol";

/** How long to stay away after a limit was hit. */
const LIMITED_MS = 5_000;

/** Words of the Realtime server (realtime_channel.ex, presence_handler.ex, user_socket.ex) by what they mean. The first that fits counts. */
const MEANINGS: readonly (readonly [ErrorCode, RegExp])[] = [
  // Another token may be asked for; one that is no token, or not the project's, will not get better.
  ["auth-failed", /expired/i],
  ["unauthorized", /jwt/i],
  ["rate-limited", /too many|limit/i],
  ["forbidden", /unauthorized|permission|private/i],
  ["payload-too-large", /size/i],
  ["timeout", /timed? ?out/i],
];

/**
 * An error for the app, with what the client gave as its `cause`. One that is for the app already stays as it is.
 *
 * @param what happened, without a full stop
 * @param reason an Error, or a text, as the client happens to give it
 * @param otherwise the code when the reason says nothing that is known
 */
export function toError(what: string, reason: unknown, otherwise: ErrorCode): RealtimeError {
  if (isRealtimeError(reason)) return reason;
  const text = `${Object(reason).message ?? reason ?? ""}`;
  const code = MEANINGS.find(([, words]) => words.test(text))?.[0] ?? otherwise;
  return new RealtimeError(code, `${what}${text && ": "}${text}.`, {
    cause: reason,
    details: code === "rate-limited" ? { retryAfterMs: LIMITED_MS } : undefined,
  });
}
