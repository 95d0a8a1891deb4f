/** The grammar of channel names: what a name may be, and what its parts mean. */
import { RealtimeError } from "./errors.js";

/** Who may see a channel: `public` is open, `private` and `presence` ask the server's `canAccessChannel`. */
export type ChannelKind = "public" | "private" | "presence";

/** A channel name taken apart. `id` is absent for public channels, which have none. */
export interface ParsedChannel {
  readonly kind: ChannelKind;
  readonly resource: string;
  readonly id?: string;
}

/** The longest channel name, in characters; the grammar is ASCII, so also in bytes. */
export const MAX_CHANNEL_NAME_LENGTH = 200;

// Unreserved URI characters only (RFC 3986, section 2.3): no escapes, wildcards, confusables or line breaks can occur.
const GRAMMAR = /^(?:(public):([\w.~-]+)|(private|presence):([\w.~-]+):([\w.~-]+))$/;

/**
 * Takes a channel name apart, or says that it is none.
 *
 * @param name `public:{resource}`, `private:{resource}:{id}` or `presence:{resource}:{id}`; at most 200 characters,
 * each part one or more of `A-Z a-z 0-9 _ . ~ -`
 * @returns the parts, or `undefined` when the name breaks the grammar
 * @example
 * ```ts
 * import { parseChannel } from "@attune/protocol";
 * parseChannel("presence:room:42"); // { kind: "presence", resource: "room", id: "42" }
 * parseChannel("room"); // undefined
 * ```
 */
export function parseChannel(name: string): ParsedChannel | undefined {
  const match = name.length <= MAX_CHANNEL_NAME_LENGTH ? GRAMMAR.exec(name) : null;
  if (!match) return undefined;
  const [, open, openResource, kind, resource, id] = match;
  if (open) return { kind: "public", resource: openResource as string };
  return { kind: kind as ChannelKind, resource: resource as string, id: id as string };
}

/**
 * Builds a channel name from its parts.
 *
 * @throws {RealtimeError} `invalid-channel` when the parts do not make a valid name
 * @example
 * ```ts
 * import { formatChannel } from "@attune/protocol";
 * formatChannel({ kind: "private", resource: "order", id: "7" }); // "private:order:7"
 * ```
 */
export function formatChannel(parts: ParsedChannel): string {
  const name = [parts.kind, parts.resource, ...(parts.id === undefined ? [] : [parts.id])].join(":");
  assertChannel(name);
  return name;
}

/**
 * Refuses a name that breaks the grammar.
 *
 * @throws {RealtimeError} `invalid-channel`
 */
export function assertChannel(name: string): void {
  if (!parseChannel(name)) {
    throw new RealtimeError("invalid-channel", `"${name.slice(0, 80)}" is not a channel name.`);
  }
}
