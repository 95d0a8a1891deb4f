/** What the hub answers to a publish. */
import type { OutgoingMessage, Position, Published } from "@attune/core/driver";
import { RealtimeError } from "@attune/protocol";
import { dedupeRuleOf } from "./capabilities.js";
import type { HubState } from "./hub-state.js";
import { toPosition } from "./position.js";
import type { Session } from "./session.js";

/**
 * Takes a message, or says why not.
 *
 * @returns `undefined` when the message was taken and its answer is lost on the way
 * @throws {RealtimeError} `forbidden`, `out-of-order`, `outcome-unknown`, or what a test armed
 */
export function takeMessage(
  hub: HubState,
  { client, user, capabilities }: Session,
  connectionId: string,
  message: OutgoingMessage,
): Published | undefined {
  const { channel, sequence } = message;
  const refusal = hub.refusalOf(channel, client) ?? hub.oneShot.rejection;
  if (refusal) {
    if (refusal === hub.oneShot.rejection) hub.oneShot.rejection = undefined;
    throw refusal;
  }
  const sender = user ? { userId: user.userId, name: user.name } : undefined;
  const taken = hub.channel(channel).take(message, dedupeRuleOf(capabilities), connectionId, sender);
  if (taken.kind === "out-of-order") {
    const { last } = taken;
    throw new RealtimeError("out-of-order", `Message ${sequence} on "${channel}" came before its turn.`, {
      details: { last },
    });
  }
  if (taken.kind === "forgotten") {
    throw new RealtimeError("outcome-unknown", `Message ${sequence} on "${channel}" is too old to be recognised.`);
  }
  if (hub.oneShot.strikes("drop-ack")) return undefined;
  const { id, timestampMs, position } = taken.message;
  if (capabilities.guarantee === "handed-over") return { guarantee: "handed-over" };
  // A provider that stores has positions: only `recovery: "none"` has not, and that one hands over.
  return { guarantee: "stored", id, timestampMs, position: toPosition(position, capabilities.recovery) as Position };
}
