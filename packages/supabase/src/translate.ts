/** Between Attune's words and Supabase's: pure, in both directions. What travels has the shape that the contract gives it. */
import type { IncomingMessage, IncomingSignal, OutgoingMessage, Position } from "@attune/core/driver";
import { messageId, PRESENCE_STATUSES, type PresenceEntry, type Sender } from "@attune/protocol";
import type { Link } from "./chain.js";
import type { Broadcast } from "./sdk.js";

/** The broadcast that carries signals; apps cannot name events like this. */
export const SIGNAL_EVENT = "@signal";

/** A message of the app, as it travels. Broadcasts of other origin have no such envelope: their payload is the data. */
export interface Envelope extends Link {
  readonly sender: Sender | undefined;
  /** The sender's clock: Supabase tells no time. */
  readonly timestampMs: number;
  readonly data: unknown;
}

/** A message that arrived. One of other origin follows whatever was had before, and is never past. */
export interface Arrival extends Link {
  readonly message: IncomingMessage & { readonly position: Position };
}

/** A message as a payload. */
export function toEnvelope(message: OutgoingMessage, sender: Sender | undefined, timestampMs: number): Envelope {
  const { producer, sequence, previous, data } = message;
  return { producer, sequence, previous, data, sender, timestampMs };
}

/**
 * A broadcast as a message, known to be complete by now.
 *
 * @param given names one that came without a name
 */
export function toArrival({ event, payload, meta }: Broadcast, nowMs: number, given: string): Arrival {
  const envelope: Envelope = isEnvelope(payload)
    ? payload
    : { producer: "", sequence: Infinity, previous: 0, data: payload, sender: undefined, timestampMs: nowMs };
  const { producer, sequence, data, sender, timestampMs } = envelope;
  const id = producer ? messageId(sender?.userId, producer, sequence) : (meta?.id ?? given);
  const message = {
    id,
    event,
    data,
    timestampMs,
    position: { cursor: `${nowMs}` },
    ...(isSender(sender) && { sender }),
  };
  return { ...envelope, message };
}

/** What a signal's payload says: a value, or, without a name, that a connection has no more to say. */
export function toSignals(payload: unknown): readonly [signals: IncomingSignal[], gone: string[]] {
  if (!fits<IncomingSignal>(payload, { connectionId: "string" })) return [[], []];
  const { connectionId, name, value, user } = payload;
  if (typeof name !== "string") return [[], [connectionId]];
  return [[{ connectionId, name, value, ...(isSender(user) && { user }) }], []];
}

/**
 * Who is there, by what `presenceState()` says.
 *
 * A connection that came back may stand there twice until the server misses the old one: the newest counts. Members that another
 * library tracked have no user that Attune knows, and are left out.
 */
export function toEntries(state: object): PresenceEntry[] {
  return Object.values(state as Record<string, unknown[]>).flatMap((metas) =>
    metas
      .filter(isEntry)
      .sort((a, b) => b.updatedAtMs - a.updatedAtMs)
      .slice(0, 1),
  );
}

function isEnvelope(payload: unknown): payload is Envelope {
  return fits<Envelope>(payload, { producer: "string", sequence: "number", previous: "number", timestampMs: "number" });
}

function isEntry(meta: unknown): meta is PresenceEntry {
  return (
    fits<PresenceEntry>(meta, { connectionId: "string", joinedAtMs: "number", updatedAtMs: "number" }) &&
    isSender(meta.user) &&
    PRESENCE_STATUSES.includes(Object(meta.state).status)
  );
}

function isSender(value: unknown): value is Sender {
  return fits(value, { userId: "string", name: "string" });
}

/** Whether a value from another client has these members, each of its kind. */
function fits<T>(value: unknown, kinds: { readonly [K in keyof T]?: string }): value is T {
  return Object.entries(kinds).every(([key, kind]) => typeof Object(value)[key] === kind);
}
