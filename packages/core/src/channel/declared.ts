/** Holds what an app does on a channel against what it declared for it. */
import { findDefinition, parseChannel, RealtimeError, validatePayload } from "@attune/protocol";
import type { ChannelDefinition, ChannelDefinitions, Schema } from "@attune/protocol";

/** @throws {RealtimeError} `invalid-channel` when the name breaks the grammar, or no definition covers it */
export function definitionOf(name: string, definitions: ChannelDefinitions | undefined): ChannelDefinition | undefined {
  const definition = definitions && findDefinition(definitions, name);
  if (parseChannel(name) && (!definitions || definition)) return definition;
  throw new RealtimeError("invalid-channel", `"${name.slice(0, 80)}" is not a channel of this app.`);
}

/** @throws {RealtimeError} `unknown-event`, `invalid-payload`, `async-schema` */
export function assertDeclared(
  definition: ChannelDefinition | undefined,
  lane: "events" | "signals",
  key: string,
  channel: string,
  value: unknown,
): void {
  const schemas: Readonly<Record<string, Schema>> | undefined = definition && (definition[lane] ?? {});
  if (schemas && !Object.hasOwn(schemas, key)) {
    throw new RealtimeError("unknown-event", `"${key}" is not among the ${lane} of "${channel}".`);
  }
  // null takes a signal back, whatever its schema.
  if (lane === "signals" && value === null) return;
  validatePayload(value, schemas?.[key], `"${key}" on "${channel}"`);
}

/** What to throw where a provider, or this kind of channel, cannot do something. */
export function unsupported(what: string, channel: string): RealtimeError {
  return new RealtimeError(
    "unsupported",
    `${what} on "${channel}": the provider, or this kind of channel, cannot do that.`,
  );
}
