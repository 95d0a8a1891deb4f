/** Answers an `auth`: the client shows another token on the open connection, and what it may do is decided anew. */
import { type AuthFrame, isRealtimeError, RealtimeError } from "@attune/protocol";
import { withDeadline } from "../access/deadline.js";
import { encodeFrame } from "../wire/encoded-frame.js";
import type { Connection, Place } from "./connection.js";
import { authenticate, type Identity } from "./greeting.js";
import type { TransportLink } from "./transport-link.js";

/**
 * Takes over a new token of the same user: its expiry, its name and picture, and its access. The connection goes on.
 *
 * @throws {RealtimeError} what the connection is to be closed with: `token-expired` when the token was not accepted, or is another
 * user's; `rate-limited`, `timeout`
 */
export async function renew(connection: Connection, link: TransportLink, { k }: AuthFrame): Promise<void> {
  const { server, session } = connection;
  const { settings } = server;
  const { clock } = settings.env;
  const retryAfterMs = session.renewals.take(clock.now());
  if (retryAfterMs > 0) throw new RealtimeError("rate-limited", "Too many tokens.", { details: { retryAfterMs } });
  const identity = await withDeadline(
    clock,
    settings.bounds.helloMs,
    "authenticate()",
    authenticate(server, link, k),
  ).catch(comeBack);
  // It may have expired, been revoked or lost meanwhile: that holds, whatever the new token says.
  if (!connection.isOpen) return;
  const { user, expiresInMs } = identity;
  if (user?.userId !== session.user?.userId)
    throw new RealtimeError("token-expired", "The new token is another user's.");
  connection.renewed(identity);
  await Promise.all(Array.from(connection.places.values(), (place) => recheck(connection, place)));
  connection.send(encodeFrame({ t: "authed", ...(expiresInMs === undefined ? {} : { exp: expiresInMs }) }));
}

/** Whoever was known a moment ago may come back with another token; only a hello is turned away for good. */
function comeBack(error: unknown): Identity {
  throw isRealtimeError(error, "unauthorized") ? new RealtimeError("token-expired", error.message) : error;
}

/** Ends a subscription that would not be granted now. */
async function recheck(connection: Connection, { subscription, isMember }: Place): Promise<void> {
  const { access, server } = connection;
  const { name } = subscription.channel;
  try {
    if (!(await access.check(name, "subscribe"))) {
      subscription.close("forbidden", `Access to "${name}" is gone.`);
    } else if (isMember && !(await access.check(name, "presence"))) {
      subscription.close("channel-closed", `The membership of "${name}" is gone.`);
      // It is not waited for as a member: as that it does not come back.
      connection.leave(name);
    }
  } catch (error) {
    // Nobody knows, so it does not go on; the client joins anew, and is authorised for that.
    server.settings.env.report(error, `canAccessChannel() for "${name}"`);
    subscription.close("channel-closed", `Access to "${name}" could not be checked.`);
  }
}
