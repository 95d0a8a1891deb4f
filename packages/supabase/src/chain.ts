/** Notices that a message is missing between two of one publisher, wherever it was lost. */
import type { OutgoingMessage } from "@attune/core/driver";

/** How many publishers of a channel are followed. */
const MAX_PRODUCERS = 500;

/** The last sequence that was had of each producer. */
export type Chains = Map<string, number>;

/** Where a message stands among those of its producer. */
export type Link = Pick<OutgoingMessage, "producer" | "sequence" | "previous">;

/**
 * Says whether a message follows what was had of its producer: false when the one before it was not.
 *
 * Of a producer that was not heard before nothing can be missing that was meant for this reader. A repeat follows.
 */
export function follows(chains: Chains, { producer, previous }: Link): boolean {
  return previous <= (chains.get(producer) ?? previous);
}

/** Whether a later message of its producer was had: this one is a repeat, or a gap told of it. */
export function isPast(chains: Chains, { producer, sequence }: Link): boolean {
  return sequence < (chains.get(producer) ?? 0);
}

/** Takes a message in: it was had. */
export function extend(chains: Chains, { producer, sequence }: Link): void {
  const last = chains.get(producer) ?? 0;
  chains.delete(producer);
  chains.set(producer, Math.max(last, sequence));
  // A Map keeps insertion order, so the first was heard least lately.
  if (chains.size > MAX_PRODUCERS) chains.delete(chains.keys().next().value as string);
}
