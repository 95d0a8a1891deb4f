/** Remembers the last ids of a channel, so that no message reaches the app twice, also across epochs. */

/** How many ids are remembered. */
const MAX_IDS = 1_000;

/** A bounded memory of ids. */
export interface RecentIds {
  has(id: string): boolean;
  /** Remembers an id; false when it was known already. */
  add(id: string): boolean;
}

/** An empty memory. */
export function createRecentIds(): RecentIds {
  const ids = new Set<string>();
  return {
    has: (id) => ids.has(id),
    add(id) {
      if (ids.has(id)) return false;
      ids.add(id);
      // A Set keeps insertion order, so the first is the oldest.
      if (ids.size > MAX_IDS) ids.delete(ids.values().next().value as string);
      return true;
    },
  };
}
