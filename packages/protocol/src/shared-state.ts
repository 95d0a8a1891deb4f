/** The shared state of a channel: one JSON value, versioned, and how its versions travel. */
import type { JsonPatch } from "./json-patch.js";
import type { Sender } from "./message.js";

/** Where a shared state stands: versions of different epochs have nothing in common. */
export interface StateVersion {
  readonly epoch: string;
  /** 0 for the initial state; each change adds 1. */
  readonly version: number;
}

/** {@link StateVersion} on the wire; `["", 0]` for nothing known. */
export type WireVersion = readonly [epoch: string, version: number];

/** A change on the wire, from the version before: version, id, patch, sender (user id and name) or 0. */
export type WireDelta = readonly [
  version: number,
  id: string,
  patch: JsonPatch,
  sender: readonly [userId: string, name: string] | 0,
];

/** One change of a shared state. */
export interface StateChange {
  /** The version that it makes. */
  readonly version: number;
  /** `messageId(userId, producer, sequence)`: by it, whoever made the change knows it again. */
  readonly id: string;
  readonly patch: JsonPatch;
  /** Absent when the backend made it. */
  readonly sender?: Sender;
}

/** Unpacks a change. */
export function fromWireDelta([version, id, patch, sender]: WireDelta): StateChange {
  return { version, id, patch, ...(sender ? { sender: { userId: sender[0], name: sender[1] } } : {}) };
}
