/** Judges where a message stands in its producer's chain: the rules alone, whatever keeps the chains. */
import type { LogPosition } from "@attune/protocol";
import type { AppendResult, ChainLink } from "./broker.js";

/** How long and how much is remembered of producers. */
export interface ChainBounds {
  /** How long a chain is kept after its last message. Default 86,400,000 (24 h), twice the life of a client's record. */
  readonly windowMs: number;
  /** Producers in all channels together; past it, the one unused for longest is forgotten. Default 100,000. */
  readonly producers: number;
}

/** The defaults of {@link ChainBounds}. */
export const DEFAULT_CHAINS: ChainBounds = { windowMs: 86_400_000, producers: 100_000 };

/** What became of one message of a chain. */
export interface ChainResult {
  readonly sequence: number;
  readonly position: LogPosition;
  readonly timestampMs: number;
}

/** What is remembered of a chain as a whole. */
export interface ChainMemory {
  /** The last sequence that was appended. */
  readonly last: number;
  /** The oldest sequence whose result is remembered. */
  readonly oldest: number;
  /** Whether older results were forgotten. */
  readonly hasForgotten: boolean;
}

/**
 * Says whether a message may be appended as the next of its chain, was seen before, or must wait for another.
 *
 * @param last the last sequence of the chain; 0 when there is none
 */
export function judgeLink(last: number, link: ChainLink): "next" | "repeat" | AppendResult {
  if (last > 0 && link.sequence <= last) return "repeat";
  return link.sequence > last && link.previous === last ? "next" : { outcome: "out-of-order", last };
}

/** The answer to a repeat: the first one, as long as it is remembered. */
export function answerRepeat(sequence: number, found: ChainResult | undefined, chain: ChainMemory): AppendResult {
  if (found) return { outcome: "stored", position: found.position, timestampMs: found.timestampMs, isRepeat: true };
  if (chain.hasForgotten && sequence < chain.oldest) return { outcome: "outcome-unknown" };
  // It was skipped when the client linked a later message past it: to append it now would break the order.
  return { outcome: "out-of-order", last: chain.last };
}
