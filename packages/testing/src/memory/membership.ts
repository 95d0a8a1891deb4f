/** The place of one connection on one channel: how it joins, what it is told, how it leaves. */
import type { AttachRequest, IncomingMessage } from "@attune/core/driver";
import type { LogMessage } from "@attune/protocol";
import { carry } from "./carry.js";
import type { HubChannel, Subscriber } from "./hub-channel.js";
import type { Line } from "./line.js";
import { fromPosition, toPosition } from "./position.js";
import { createPresenceGrace } from "./presence-grace.js";
import { hasPresence, hubGraceMs, type Session } from "./session.js";

/** A connection that is on a channel. */
export interface Membership {
  /** `lost`: without a word, so that the grace applies. `replaced`: by a new join of the same connection. */
  end(how: "left" | "lost" | "replaced"): void;
}

type Hear = (run: () => void) => void;

/** Messages travel in pieces of this size, so that a long backfill is not one instant. */
const PIECE = 100;

/** A message as the driver hands it over. */
export function toIncoming(message: LogMessage, { capabilities }: Session): IncomingMessage {
  const { position, ...rest } = message;
  const told = toPosition(position, capabilities.recovery);
  return { ...carry(rest), ...(told ? { position: told } : {}) };
}

/**
 * Joins, at one instant: position, presence and backfill are cut together, and live messages follow them.
 *
 * @param hear tells the client, unless it has asked for another join meanwhile
 */
export function joinChannel(line: Line, name: string, request: AttachRequest, hear: Hear): Membership {
  const { hub, peer, session, host } = line;
  const { recovery } = session.capabilities;
  const channel = hub.channel(name);
  const { messages, isContinuous } = backfillOf(channel, request, recovery === "none");
  const subscriber = createSubscriber(line, name, hear, () => end("left"));
  if (hasPresence(session, name) && request.presence && session.user) {
    channel.presence.set(peer.connectionId, session.user, carry(request.presence));
  }
  channel.subscribers.add(subscriber);

  const position = toPosition(channel.log.end, recovery);
  const isSettling = hub.settling;
  hear(() => {
    host.attached(name, {
      continuous: isContinuous,
      ...(position ? { position } : {}),
      ...(isSettling ? { settling: true } : {}),
    });
  });
  if (hasPresence(session, name)) subscriber.presence(channel.presence.snapshot());
  for (let from = 0; from < messages.length; from += PIECE) subscriber.messages(messages.slice(from, from + PIECE));
  hear(() => host.live(name));

  function end(how: "left" | "lost" | "replaced"): void {
    if (!channel.subscribers.delete(subscriber)) return;
    subscriber.dispose();
    if (how === "replaced") return;
    channel.endSignals(peer.connectionId);
    if (how === "left") channel.presence.remove(peer.connectionId);
    else channel.presence.lose(peer.connectionId, hubGraceMs(session));
  }
  return { end };
}

function backfillOf(
  { log }: HubChannel,
  { since, recent = 0 }: AttachRequest,
  isForgetful: boolean,
): { messages: readonly LogMessage[]; isContinuous: boolean } {
  if (since) return log.after(fromPosition(since));
  return { messages: isForgetful ? [] : log.page(recent).messages, isContinuous: true };
}

function createSubscriber(line: Line, name: string, hear: Hear, leave: () => void): Subscriber & { dispose(): void } {
  const { hub, peer, session, host } = line;
  const { presence: declared, signals: hasSignals, echo } = session.capabilities;
  const isGraceOurs = declared !== false && declared.grace === "driver";
  const grace = createPresenceGrace(hub.clock, isGraceOurs ? session.graceMs : 0, (change) =>
    host.presence(name, change),
  );
  return {
    client: session.client,
    connectionId: peer.connectionId,
    hasEcho: echo === "ordered",
    messages(messages) {
      const incoming = messages.map((message) => toIncoming(message, session));
      hear(() => host.messages(name, incoming));
    },
    presence(change) {
      if (hasPresence(session, name)) hear(() => (isGraceOurs ? grace.hear(change) : host.presence(name, change)));
    },
    signals(signals, gone) {
      if (hasSignals) hear(() => host.signals(name, signals, gone));
    },
    detached(error) {
      leave();
      hear(() => host.detached(name, error));
    },
    dispose: grace.dispose,
  };
}
