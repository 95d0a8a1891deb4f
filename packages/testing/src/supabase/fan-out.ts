/** Who gets a broadcast, and who a change of presence. */
import { type Broadcast, isJson } from "./frame.js";
import type { PresenceDiff } from "./presence-list.js";
import { type Session, type SupabaseState, type Topic, wireTopic } from "./state.js";

/** Ends a channel with a reason. Handed in, as ending a channel fans out, too. */
export type ShutDown = (state: SupabaseState, session: Session, message: string) => void;

/** Gives a broadcast to the subscribers of a topic, but for `from`. Source: message_dispatcher.ex. */
export function fanOut(
  state: SupabaseState,
  topic: Topic,
  broadcast: Broadcast,
  shutDown: ShutDown,
  from?: Session,
): void {
  if (state.armed.droppedBroadcasts > 0) {
    state.armed.droppedBroadcasts -= 1;
    return;
  }
  const id = idOf(broadcast);
  const isDoubled = state.armed.doubledBroadcasts > 0;
  if (isDoubled) state.armed.doubledBroadcasts -= 1;
  for (const session of [...topic.sessions]) {
    if (session === from || (id !== undefined && session.replayedIds.has(id))) continue;
    for (let copy = 0; copy < (isDoubled ? 2 : 1); copy++)
      session.connection.pushBroadcast(wireTopic(topic), broadcast);
    countDelivery(state, session, shutDown);
  }
}

/** A delivery counts as the sending does; over the limit, it is the receiver's channel that ends. */
function countDelivery(state: SupabaseState, session: Session, shutDown: ShutDown): void {
  state.rates.messages.add();
  if (state.rates.messages.isTriggered()) shutDown(state, session, "Too many messages per second");
}

/** Tells the subscribers of a topic who came and went, the one who did included. */
export function fanOutPresence(state: SupabaseState, topic: Topic, diff: PresenceDiff): void {
  for (const session of [...topic.sessions]) {
    // On a private topic presence is a permission; on a public one even those who did not ask for it get it.
    if (topic.private && !session.presenceEnabled) continue;
    const frame = { joinRef: null, ref: null, topic: wireTopic(topic), event: "presence_diff", payload: diff };
    session.connection.push(frame);
    state.rates.presence.add();
  }
}

function idOf(broadcast: Broadcast): string | undefined {
  const meta = broadcast.kind === "user" ? broadcast.meta : broadcast.payload["meta"];
  const id = isJson(meta) ? meta["id"] : undefined;
  return typeof id === "string" ? id : undefined;
}
