/** Handles `sub`: may this client join, and as what? */
import { type PresenceState, RealtimeError, type SubFrame } from "@attune/protocol";
import { type KnownChannel, knownChannel } from "../access/channel-rules.js";
import type { Channel } from "../channel/channel.js";
import type { Connection } from "../connection/connection.js";
import { checkState } from "../presence/presence-state.js";
import { assertShared } from "../state/shared-state.js";
import { takeRequest } from "./request-rate.js";

/** How often the app is asked anew because access was taken back meanwhile; then the client is to try again later. */
const MAX_TRIES = 5;

/**
 * Joins a channel. The answer follows from the subscription.
 *
 * @throws {RealtimeError} `invalid-channel`, `unknown-event` for a shared state that is not declared, `limit-exceeded`, `rate-limited`, `forbidden`, `timeout`, `invalid-payload`,
 * `payload-too-large`
 */
export async function subscribe(connection: Connection, frame: SubFrame): Promise<void> {
  const { access } = connection;
  const { settings, hub } = connection.server;
  const { limits } = settings;
  const name = frame.c;
  // A second copy of the same request: the first one is being answered, and the client would take one answer only.
  if (connection.places.get(name)?.subscription.ref === frame.r) return;
  const known = knownChannel(settings.channels, name);
  if (frame.st) assertShared(known.definition, name);
  takeRequest(connection);
  if (!connection.isOn(name) && connection.places.size >= limits.channels) {
    throw new RealtimeError("limit-exceeded", `A connection may be on ${limits.channels} channels.`);
  }
  let mayBeUnused = false;
  try {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { revocations } = access;
      const state = await admitted(connection, frame, known);
      mayBeUnused = true;
      const channel = await openFor(connection, name);
      if (!channel || !connection.isOpen) return;
      // Nothing is waited for between this and the join: what is revoked from here on ends the subscription itself.
      if (access.revocations === revocations && hub.find(name) === channel) {
        connection.join(channel, frame, state);
        return;
      }
    }
    throw new RealtimeError("timeout", `Access to "${name}" changed all the time while it was being looked up.`);
  } finally {
    // Refused, failed or gone after it was opened: `release` leaves alone what somebody is on.
    const channel = mayBeUnused ? hub.find(name) : undefined;
    if (channel) hub.release(channel);
  }
}

/**
 * Asks who the client may be on a channel.
 *
 * @returns its state as a member, or `undefined` for an observer
 * @throws {RealtimeError} `forbidden` when it may not be there at all, `timeout`, `invalid-payload`, `payload-too-large`
 */
async function admitted(
  connection: Connection,
  { c: name, p }: SubFrame,
  { kind, definition }: KnownChannel,
): Promise<PresenceState | undefined> {
  const { access, session, server } = connection;
  if (!(await access.check(name, "subscribe"))) {
    // It may have been here before, on this connection or on the one that it resumes.
    if (connection.isOpen) connection.leave(name);
    throw new RealtimeError("forbidden", `Cannot join "${name}".`);
  }
  const isMember = kind === "presence" && session.user !== null && (await access.check(name, "presence"));
  if (!isMember) return undefined;
  return checkState(p ?? { status: "online" }, definition, server.settings.limits.messageBytes, name);
}

/** Opens a channel for a connection. Who does not use it MUST release it. @returns `undefined` when the connection is gone by then */
async function openFor(connection: Connection, name: string): Promise<Channel | undefined> {
  const { hub } = connection.server;
  while (connection.isOpen) {
    const channel = hub.find(name);
    if (channel) return channel;
    await hub.open(name);
  }
  return undefined;
}
