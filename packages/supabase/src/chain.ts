/** Notices that a message is missing between two of one publisher, wherever it was lost. */

/** How many publishers of a channel are followed. */
const MAX_PUBLISHERS = 500;

/** The last sequence that was had of each publisher. */
export type Chains = Map<string, number>;

/**
 * Says whether a message follows what was had of its publisher: false when the one before it was not.
 *
 * Of a publisher that was not heard before nothing can be missing that was meant for this reader. A repeat follows.
 *
 * @param id as `messageId()` makes it: the publisher, and behind the last colon the sequence
 * @param previous the sequence of the publisher's message before it
 */
export function follows(chains: Chains, id: string, previous: number): boolean {
  return previous <= (chains.get(publisherOf(id)) ?? previous);
}

/** Whether a later message of its publisher was had: this one is a repeat, or a gap told of it. */
export function isPast(chains: Chains, id: string): boolean {
  return sequenceOf(id) < (chains.get(publisherOf(id)) ?? 0);
}

/** Takes a message in: it was had. */
export function extend(chains: Chains, id: string): void {
  const publisher = publisherOf(id);
  const last = chains.get(publisher) ?? 0;
  chains.delete(publisher);
  chains.set(publisher, Math.max(last, sequenceOf(id)));
  // A Map keeps insertion order, so the first was heard least lately.
  if (chains.size > MAX_PUBLISHERS) chains.delete(chains.keys().next().value as string);
}

function publisherOf(id: string): string {
  return id.slice(0, id.lastIndexOf(":"));
}

function sequenceOf(id: string): number {
  return +id.slice(publisherOf(id).length + 1) || 0;
}
