/** What the app's definitions say of a channel, its events and its signals. */
import {
  type ChannelDefinition,
  type ChannelDefinitions,
  type ChannelKind,
  findDefinition,
  parseChannel,
  RealtimeError,
  RESERVED_EVENTS,
  type Schema,
} from "@attune/protocol";

/** A channel that exists. */
export interface KnownChannel {
  readonly kind: ChannelKind;
  /** Absent when the app defines no channels: then anything goes. */
  readonly definition: ChannelDefinition | undefined;
}

const MAX_NAME_LENGTH = 200;

/**
 * Looks a channel up.
 *
 * @throws {RealtimeError} `invalid-channel` when the name breaks the grammar, or the app defines channels and not this one
 */
export function knownChannel(definitions: ChannelDefinitions | undefined, name: string): KnownChannel {
  const parsed = parseChannel(name);
  const definition = parsed && definitions && findDefinition(definitions, name);
  if (!parsed || (definitions && !definition)) {
    const reason = parsed ? "is not among the channels of defineChannels()" : "is not a channel name";
    throw new RealtimeError("invalid-channel", `"${name.slice(0, 80)}" ${reason}.`);
  }
  return { kind: parsed.kind, definition };
}

/**
 * The schema of an event; `undefined` when anything will do.
 *
 * @throws {RealtimeError} `unknown-event`
 */
export function eventSchema({ definition }: Pick<KnownChannel, "definition">, event: string): Schema | undefined {
  const isReserved = event.startsWith("@") || RESERVED_EVENTS.includes(event);
  return schemaNamed("event", event, definition && (definition.events ?? {}), isReserved);
}

/**
 * The schema of a signal; `undefined` when anything will do. Names that begin with "@" are Attune's own, and need none.
 *
 * @throws {RealtimeError} `unknown-event`
 */
export function signalSchema({ definition }: Pick<KnownChannel, "definition">, name: string): Schema | undefined {
  const own = name.startsWith("@") ? undefined : definition && (definition.signals ?? {});
  return schemaNamed("signal", name, own, false);
}

function schemaNamed(
  kind: string,
  name: string,
  schemas: Readonly<Record<string, Schema>> | undefined,
  isReserved: boolean,
): Schema | undefined {
  const isKnown = !schemas || Object.hasOwn(schemas, name);
  // A signal's name becomes a key of the frame, where "__proto__" is poison in the next merge.
  if (isReserved || !isKnown || name === "" || name === "__proto__" || name.length > MAX_NAME_LENGTH) {
    throw new RealtimeError("unknown-event", `There is no ${kind} "${name.slice(0, 80)}" on this channel.`);
  }
  return schemas?.[name];
}
