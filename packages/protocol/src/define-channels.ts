/** Declares an app's channels once, for the types and the validation of both ends. */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { MAX_CHANNEL_NAME_LENGTH, parseChannel } from "./channel-name.js";
import { RealtimeError } from "./errors.js";

/** A schema of any library that implements Standard Schema: Zod, Valibot, ArkType. It must validate synchronously. */
export type Schema = StandardSchemaV1;

/** What may happen on a channel. Each value is a schema; what is not listed is refused. */
export interface ChannelDefinition {
  /** Messages (durable lane), by event name. */
  readonly events?: Readonly<Record<string, Schema>>;
  /** Signals (lossy lane), by name. */
  readonly signals?: Readonly<Record<string, Schema>>;
  /** The members' `customState`. */
  readonly presence?: Schema;
  /** The shared state: an object, or a list, whole. Where it is absent, the channel has none. */
  readonly state?: Schema;
}

/** Channel patterns and their definitions. */
export type ChannelDefinitions = Readonly<Record<string, ChannelDefinition>>;

/** Event names that the channel handle's own notices use. */
export const RESERVED_EVENTS: readonly string[] = ["member_joined", "member_left", "member_updated", "sync_requested"];

/**
 * Declares the channels of an app; give the result to `createRealtime` and to `createRealtimeServer`.
 *
 * A pattern is a channel name in which `{anything}` stands for a part: `presence:room:{id}`. An exact name goes before a pattern.
 *
 * @throws {RealtimeError} `invalid-channel` for a pattern that no channel name can match, `invalid-option` for a reserved event name
 * @example
 * ```ts
 * import { defineChannels } from "@attune/protocol";
 * import * as z from "zod";
 * export const channels = defineChannels({
 *   "presence:room:{id}": { events: { message: z.object({ text: z.string() }) } },
 * });
 * ```
 */
export function defineChannels<const D extends ChannelDefinitions>(definitions: D): D {
  for (const [pattern, definition] of Object.entries(definitions)) {
    if (!parseChannel(pattern.replace(/\{\w+\}/g, "x")) || pattern.length > MAX_CHANNEL_NAME_LENGTH) {
      throw new RealtimeError("invalid-channel", `"${pattern}" in defineChannels() is not a channel pattern.`);
    }
    const reserved = Object.keys(definition.events ?? {}).find(
      (name) => RESERVED_EVENTS.includes(name) || name.startsWith("@"),
    );
    if (reserved !== undefined) {
      throw new RealtimeError("invalid-option", `The event name "${reserved}" of "${pattern}" is reserved.`);
    }
  }
  return definitions;
}

/**
 * Finds the definition that a channel falls under: the exact name, else the first pattern that fits.
 *
 * @returns `undefined` when none fits
 */
export function findDefinition(definitions: ChannelDefinitions, channel: string): ChannelDefinition | undefined {
  if (Object.hasOwn(definitions, channel)) return definitions[channel];
  const parts = channel.split(":");
  for (const pattern in definitions) {
    const wanted = pattern.split(":");
    if (
      wanted.length === parts.length &&
      wanted.every((part, index) => part.startsWith("{") || part === parts[index])
    ) {
      return definitions[pattern];
    }
  }
  return undefined;
}

/** The names that a pattern stands for: `presence:room:{id}` is `` `presence:room:${string}` ``. */
export type PatternName<P extends string> = P extends `${infer Head}{${string}}${infer Tail}`
  ? `${Head}${string}${PatternName<Tail>}`
  : P;

/** Every channel name that the definitions allow. */
export type ChannelNameOf<D extends ChannelDefinitions> = { [P in keyof D & string]: PatternName<P> }[keyof D & string];

/** The definition of a channel name. */
export type DefinitionOf<D extends ChannelDefinitions, N extends string> = {
  [P in keyof D & string]: N extends PatternName<P> ? D[P] : never;
}[keyof D & string];

/** The event names of a definition. */
export type EventOf<C> = C extends { readonly events?: infer E } ? keyof NonNullable<E> & string : never;
/** The signal names of a definition. */
export type SignalOf<C> = C extends { readonly signals?: infer S } ? keyof NonNullable<S> & string : never;
/** The payload of an event. */
export type EventData<C, E extends string> = C extends { readonly events?: infer M }
  ? Output<NonNullable<M>[E & keyof NonNullable<M>]>
  : never;
/** The value of a signal. */
export type SignalValue<C, S extends string> = C extends { readonly signals?: infer M }
  ? Output<NonNullable<M>[S & keyof NonNullable<M>]>
  : never;
/** The custom state of the members. */
export type CustomStateOf<C> = C extends { readonly presence: infer P }
  ? Output<P> & Record<string, unknown>
  : Record<string, unknown>;

/** The shared state. */
export type StateOf<C> = C extends { readonly state: infer S } ? Output<S> : Record<string, unknown>;

type Output<S> = S extends StandardSchemaV1<infer _Input, infer Value> ? Value : never;
