/** Asks the app who a client is, and checks the answer. */
import { RealtimeError, type User } from "@attune/protocol";
import type { MaybePromise } from "../broker/broker.js";

/** What is known of a client that wants in. */
export interface AuthenticationRequest {
  /** The token of the client's `auth()`. Absent when it has none. */
  readonly token?: string;
  /** The address the connection comes from; behind a proxy, the proxy's. */
  readonly address?: string;
  /** HTTP headers of the connection's first request, where the transport has some. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A user, and until when its token holds. */
export interface AuthenticatedUser extends User {
  /**
   * Server milliseconds since 1970; of a JWT, `payload.exp * 1000`. Until then the client shows a new token by itself, and when it does
   * not, the connection is closed with `token-expired`. Default: what was granted holds until the connection ends.
   */
  readonly expiresAtMs?: number;
}

/**
 * Says who a client is. `null` lets it in as anonymous; to turn it away, throw a `RealtimeError` with the code `unauthorized`. Whatever
 * else it throws turns the client away too, and is reported as a failure, at a bounded rate. It is asked when a client connects, and
 * again for each token that the client shows later.
 *
 * @example
 * ```ts
 * import { RealtimeError } from "@attune/protocol";
 * import type { Authenticate } from "@attune/server";
 * export const authenticate: Authenticate = ({ token }) => {
 *   if (token !== "secret") throw new RealtimeError("unauthorized", "unknown token");
 *   return { userId: "ada", name: "Ada" };
 * };
 * ```
 */
export type Authenticate = (request: AuthenticationRequest) => MaybePromise<AuthenticatedUser | null>;

const MAX_ID_LENGTH = 200;
const MAX_NAME_LENGTH = 200;
const MAX_AVATAR_LENGTH = 2_048;

/**
 * Takes from the app's answer what belongs to a user, and nothing else: everybody on a channel gets to see it.
 *
 * @throws {RealtimeError} `invalid-option` when the app's `authenticate` answered with something that is no user
 */
export function checkUser(answer: User | null): User | null {
  if (answer === null) return null;
  const { userId, name, avatar } = answer ?? {};
  if (!isText(userId, MAX_ID_LENGTH) || userId === "") {
    throw new RealtimeError(
      "invalid-option",
      `authenticate() must give a userId of 1 to ${MAX_ID_LENGTH} characters, or null.`,
    );
  }
  if (!isText(name, MAX_NAME_LENGTH) || !(avatar === undefined || isText(avatar, MAX_AVATAR_LENGTH))) {
    throw new RealtimeError(
      "invalid-option",
      "authenticate() must give a name, and an avatar that is an address or absent.",
    );
  }
  return { userId, name, ...(avatar ? { avatar } : {}) };
}

/**
 * How long what the app answered holds.
 *
 * @returns milliseconds, or `undefined` when it does not expire
 * @throws {RealtimeError} `token-expired` when it is over, `invalid-option` when that is no time
 */
export function checkExpiry(answer: AuthenticatedUser | null, nowMs: number): number | undefined {
  const { expiresAtMs } = answer ?? {};
  if (expiresAtMs === undefined) return undefined;
  if (!Number.isFinite(expiresAtMs)) {
    throw new RealtimeError("invalid-option", "authenticate() must give expiresAtMs as milliseconds since 1970.");
  }
  if (expiresAtMs <= nowMs) throw new RealtimeError("token-expired", "The token has expired.");
  return Math.ceil(expiresAtMs - nowMs);
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === "string" && value.length <= maxLength;
}
