/** Checks a message and puts it in the words of the wire: the same for those of clients and of the backend. */
import { RealtimeError, type User, validatePayload } from "@attune/protocol";
import { eventSchema, type KnownChannel } from "../access/channel-rules.js";
import type { NewMessage } from "../broker/broker.js";
import { isLongerThan, utf8Bytes } from "../wire/json-bytes.js";
import type { Json } from "../wire/frame-text.js";

/** Message ids are user, producer and sequence with colons between: a producer with a colon could name another's message. */
export const PRODUCER: RegExp = /^[\w-]{1,64}$/;

/** What is to be published. */
export interface Draft {
  readonly channel: string;
  readonly event: string;
  readonly data: unknown;
}

/**
 * Checks the event, the size, the depth and the schema.
 *
 * @returns the data as JSON
 * @throws {RealtimeError} `unknown-event`, `payload-too-large`, `invalid-payload`, `async-schema`
 */
export function checkMessage(known: KnownChannel, { channel, event, data }: Draft, maxBytes: number): Json {
  const schema = eventSchema(known, event);
  const subject = `event "${event}" on "${channel}"`;
  // The depth goes first: to write out what is nested too deeply could itself overflow the stack.
  validatePayload(data, undefined, subject);
  const json = JSON.stringify(data);
  if (json === undefined) throw new RealtimeError("invalid-payload", `Invalid payload of ${subject}: it is not JSON.`);
  if (isLongerThan(json, maxBytes)) {
    throw new RealtimeError(
      "payload-too-large",
      `The ${subject} takes ${utf8Bytes(json)} bytes; ${maxBytes} are allowed.`,
    );
  }
  validatePayload(data, schema, subject);
  return json;
}

/** Writes a message as it will stand in the log, but for its offset. `sender` is JSON as well. */
export function toNewMessage(id: string, event: string, data: Json, sender: Json, timestampMs: number): NewMessage {
  return { id, timestampMs, tail: `,${JSON.stringify(id)},${JSON.stringify(event)},${data},${sender},${timestampMs}]` };
}

/** A sender as JSON. An anonymous one is one without an id: 0, the backend's mark, would let anybody speak in its name. */
export function senderJson(user: User | null): Json {
  return JSON.stringify(user ? [user.userId, user.name] : ["", ""]);
}
