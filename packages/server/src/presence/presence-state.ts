/** Checks what a connection says of itself before anyone sees it. */
import { type ChannelDefinition, type PresenceState, RealtimeError, validatePayload } from "@attune/protocol";
import { isLongerThan } from "../wire/json-bytes.js";

/** The part of `limits.messageBytes` that a custom state may take: every newcomer downloads those of all members. */
const STATE_SHARE = 1 / 8;

/**
 * Refuses a state that the channel's definition does not describe, and drops what is no part of a state.
 *
 * @throws {RealtimeError} `invalid-payload`, `payload-too-large`, `async-schema`
 */
export function checkState(
  { status, customState }: PresenceState,
  definition: ChannelDefinition | undefined,
  messageBytes: number,
  channel: string,
): PresenceState {
  if (customState === undefined) return { status };
  const subject = `presence state on "${channel}"`;
  validatePayload(customState, undefined, subject);
  const maxBytes = Math.floor(messageBytes * STATE_SHARE);
  if (isLongerThan(JSON.stringify(customState), maxBytes)) {
    throw new RealtimeError("payload-too-large", `The ${subject} takes more than ${maxBytes} bytes.`);
  }
  validatePayload(customState, definition?.presence, subject);
  return { status, customState };
}
