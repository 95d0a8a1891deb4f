/** Handles `sub`: may this client join, and as what? */
import { RealtimeError, type SubFrame } from "@attune/protocol";
import { knownChannel } from "../access/channel-rules.js";
import type { Channel } from "../channel/channel.js";
import type { Connection } from "../connection/connection.js";
import { checkState } from "../presence/presence-state.js";
import { assertShared } from "../state/shared-state.js";
import { takeRequest } from "./request-rate.js";

/**
 * Joins a channel. The answer follows from the subscription.
 *
 * @throws {RealtimeError} `invalid-channel`, `unknown-event` for a shared state that is not declared, `limit-exceeded`, `rate-limited`, `forbidden`, `timeout`, `invalid-payload`,
 * `payload-too-large`
 */
export async function subscribe(connection: Connection, frame: SubFrame): Promise<void> {
  const { access, session } = connection;
  const { settings } = connection.server;
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
  if (!(await access.check(name, "subscribe"))) {
    // It may have been here before, on this connection or on the one that it resumes.
    if (connection.isOpen) connection.leave(name);
    throw new RealtimeError("forbidden", `Cannot join "${name}".`);
  }
  const isMember = known.kind === "presence" && session.user !== null && (await access.check(name, "presence"));
  const state = isMember
    ? checkState(frame.p ?? { status: "online" }, known.definition, limits.messageBytes, name)
    : undefined;
  const channel = await openFor(connection, name);
  if (channel) connection.join(channel, frame, state);
}

/** Opens a channel for a connection. @returns `undefined` when the connection is gone by then */
async function openFor(connection: Connection, name: string): Promise<Channel | undefined> {
  const { hub } = connection.server;
  while (connection.isOpen) {
    const channel = hub.find(name);
    if (channel) return channel;
    await hub.open(name);
  }
  const unused = hub.find(name);
  if (unused) hub.release(unused);
  return undefined;
}
