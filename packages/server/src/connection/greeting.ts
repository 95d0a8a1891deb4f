/** Answers a `hello`: which version, how many at a time, who, and which session. */
import { type HelloFrame, isRealtimeError, PROTOCOL_VERSION, RealtimeError, type User } from "@attune/protocol";
import { checkExpiry, checkUser } from "../access/authenticate.js";
import { withDeadline } from "../access/deadline.js";
import type { ServerContext } from "../server-context.js";
import type { Session } from "../session/session.js";
import type { TransportLink } from "./transport-link.js";

/** How far apart those come back who found the server full. */
const FULL_RETRY_MS = 5_000;

/** Who a client is, and for how long that holds. */
export interface Identity {
  readonly user: User | null;
  /** Milliseconds; absent when its token does not expire. */
  readonly expiresInMs: number | undefined;
}

/**
 * Finds out who a client is. Until this answers, nothing is kept for it.
 *
 * @throws {RealtimeError} `invalid-frame` for another version, `rate-limited` with `retryAfterMs` when too many come at
 * once, and `timeout`, and what {@link authenticate} throws
 */
export async function identify(server: ServerContext, link: TransportLink, hello: HelloFrame): Promise<Identity> {
  const { settings, admission, counters } = server;
  if (hello.v !== PROTOCOL_VERSION) {
    throw new RealtimeError("invalid-frame", `This server speaks version ${PROTOCOL_VERSION}, not ${hello.v}.`);
  }
  const retryAfterMs = admission.admit(settings.env.clock.now());
  if (retryAfterMs > 0) {
    counters.deferred++;
    throw new RealtimeError("rate-limited", "Too many clients come at once.", { details: { retryAfterMs } });
  }
  return admitted(server, link, hello.k);
}

/**
 * An answer from before a revocation says nothing: the app is asked again.
 *
 * What is noted meanwhile must come to an end, though the app never answers and the client is long gone.
 */
async function admitted(server: ServerContext, link: TransportLink, token: string | undefined): Promise<Identity> {
  const revoked = new Set<string>();
  server.arrivals.add(revoked);
  try {
    const { env, bounds } = server.settings;
    const answer = authenticate(server, link, token);
    const identity = await withDeadline(env.clock, bounds.helloMs, "authenticate()", answer);
    const { user } = identity;
    return user && revoked.has(user.userId) ? await admitted(server, link, token) : identity;
  } finally {
    server.arrivals.delete(revoked);
  }
}

/**
 * Asks the app whose a token is.
 *
 * @throws {RealtimeError} `unauthorized`, `token-expired`, `internal-error`
 */
export async function authenticate(
  { settings, unauthenticated }: ServerContext,
  link: TransportLink,
  token: string | undefined,
): Promise<Identity> {
  try {
    const answer = await settings.authenticate({
      ...(token === undefined ? {} : { token }),
      ...(link.address === undefined ? {} : { address: link.address }),
      ...(link.headers === undefined ? {} : { headers: link.headers }),
    });
    const expiresInMs = checkExpiry(answer, settings.env.clock.now());
    return { user: checkUser(answer), expiresInMs };
  } catch (error) {
    if (isRealtimeError(error, "token-expired")) throw error;
    // `unauthorized` is how an app turns a client away. Anything else does too, but may be its own failure, so the operator hears of it.
    if (!isRealtimeError(error, "unauthorized")) unauthenticated.report(error);
    if (isRealtimeError(error, "invalid-option"))
      throw new RealtimeError("internal-error", "The server failed to authenticate.");
    throw new RealtimeError("unauthorized", "The server did not accept the token.");
  }
}

/**
 * Continues the session that the client names, or makes a new one.
 *
 * A wrong key, another user and a session that is over are the same to the client: a new session, without a word.
 *
 * @throws {RealtimeError} `rate-limited` when the server is full, `limit-exceeded` when the user has too many sessions
 */
export function sessionFor(
  server: ServerContext,
  hello: HelloFrame,
  user: User | null,
): { session: Session; resumed: boolean } {
  const { sessions, settings, counters } = server;
  const { bounds } = settings;
  const known = hello.s && sessions.find(hello.s, user);
  if (known) {
    counters.resumes++;
    return { session: known, resumed: true };
  }
  if (sessions.size >= bounds.sessions) throw serverFull(server);
  if (bounds.sessionsPerUser > 0 && sessions.countOf(user) >= bounds.sessionsPerUser) {
    throw new RealtimeError("limit-exceeded", `A user may have ${bounds.sessionsPerUser} sessions.`);
  }
  return { session: sessions.create(user), resumed: false };
}

/** What a client is told for whom there is no room: to come back, and not all at once. */
export function serverFull({ settings, counters }: ServerContext): RealtimeError {
  counters.deferred++;
  const retryAfterMs = Math.round((1 + settings.env.random()) * FULL_RETRY_MS);
  return new RealtimeError("rate-limited", "The server is full.", { details: { retryAfterMs } });
}
