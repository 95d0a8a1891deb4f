/** Who is present on one topic, and what changes tell the others. */
import type { Json } from "./frame.js";

/** Presence as it crosses the wire: metas by key. */
export type PresenceState = Record<string, { metas: Json[] }>;

/** A change of presence. */
export interface PresenceDiff {
  readonly joins: PresenceState;
  readonly leaves: PresenceState;
}

/** One present channel of a socket. */
export interface PresenceEntry<Owner> {
  readonly owner: Owner;
  readonly key: string;
  /** As it crosses the wire, with `phx_ref`. */
  readonly meta: Json;
}

/** The presence of one topic. */
export interface PresenceList<Owner> {
  track(owner: Owner, key: string, payload: Json): PresenceDiff;
  /** Undefined when the owner was not present. */
  untrack(owner: Owner): PresenceDiff | undefined;
  state(): PresenceState;
  entries(): PresenceEntry<Owner>[];
}

/** Makes an empty list. Source of the forms: phoenix, lib/phoenix/presence.ex and tracker.ex. */
export function createPresenceList<Owner>(makeRef: () => string): PresenceList<Owner> {
  const entries = new Map<Owner, PresenceEntry<Owner>>();
  const only = ({ key, meta }: PresenceEntry<Owner>): PresenceState => ({ [key]: { metas: [meta] } });

  return {
    track(owner, key, payload) {
      const before = entries.get(owner);
      const previous = before ? { phx_ref_prev: before.meta["phx_ref"] } : {};
      const entry = { owner, key, meta: { ...payload, phx_ref: makeRef(), ...previous } };
      entries.set(owner, entry);
      return { joins: only(entry), leaves: before ? only(before) : {} };
    },
    untrack(owner) {
      const before = entries.get(owner);
      entries.delete(owner);
      return before && { joins: {}, leaves: only(before) };
    },
    state() {
      const state: PresenceState = {};
      for (const { key, meta } of entries.values()) {
        const known = state[key];
        if (known) known.metas.push(meta);
        else state[key] = { metas: [meta] };
      }
      return state;
    },
    entries: () => [...entries.values()],
  };
}
