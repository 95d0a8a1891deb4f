/** Remembers what became of each producer's messages, so that each is appended once, in the order it was written. */
import { DEDUPE_RESULTS, type LogPosition } from "@attune/protocol";
import type { AppendResult, ChainLink } from "./broker.js";

/** How long and how much is remembered. */
export interface ChainBounds {
  /** How long a chain is kept after its last message. Default 86,400,000 (24 h), twice the life of a client's record. */
  readonly windowMs: number;
  /** Producers in all channels together; past it, the one unused for longest is forgotten. Default 100,000. */
  readonly producers: number;
}

/** The defaults of {@link ChainBounds}. */
export const DEFAULT_CHAINS: ChainBounds = { windowMs: 86_400_000, producers: 100_000 };

interface Result {
  readonly sequence: number;
  readonly position: LogPosition;
  readonly timestampMs: number;
}

interface Chain {
  last: number;
  /** The last results, oldest first. */
  results: Result[];
  hasForgotten: boolean;
  usedAtMs: number;
}

/** The chains of all producers. Kept apart from the logs, because a message is trimmed sooner than its result. */
export class ProducerChains {
  readonly #bounds: ChainBounds;
  /** In order of use, so that the first one is the one to forget. */
  readonly #chains = new Map<string, Chain>();

  constructor(bounds: ChainBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#chains.size;
  }

  /** @returns the answer for a message that must not be appended; `undefined` when it may be, as the next of its chain */
  check(channel: string, link: ChainLink, nowMs: number): AppendResult | undefined {
    this.#forgetOld(nowMs);
    const chain = this.#chains.get(keyOf(channel, link));
    const last = chain?.last ?? 0;
    if (chain && link.sequence <= last) return answerRepeat(chain, link.sequence);
    return link.sequence > last && link.previous === last ? undefined : { outcome: "out-of-order", last };
  }

  /** Notes that a message was appended as the next of its chain. */
  record(channel: string, link: ChainLink, position: LogPosition, timestampMs: number): void {
    const key = keyOf(channel, link);
    const chain = this.#chains.get(key) ?? { last: 0, results: [], hasForgotten: false, usedAtMs: 0 };
    chain.last = link.sequence;
    chain.usedAtMs = timestampMs;
    chain.results.push({ sequence: link.sequence, position, timestampMs });
    if (chain.results.length > DEDUPE_RESULTS) {
      chain.results.shift();
      chain.hasForgotten = true;
    }
    this.#chains.delete(key);
    this.#chains.set(key, chain);
    if (this.#chains.size > this.#bounds.producers) this.#chains.delete(this.#chains.keys().next().value as string);
  }

  #forgetOld(nowMs: number): void {
    for (const [key, chain] of this.#chains) {
      if (nowMs - chain.usedAtMs <= this.#bounds.windowMs) return;
      this.#chains.delete(key);
    }
  }
}

function answerRepeat(chain: Chain, sequence: number): AppendResult {
  const found = chain.results.find((result) => result.sequence === sequence);
  if (found) return { outcome: "stored", position: found.position, timestampMs: found.timestampMs, isRepeat: true };
  const oldest = chain.results[0]?.sequence ?? 0;
  if (chain.hasForgotten && sequence < oldest) return { outcome: "outcome-unknown" };
  // It was skipped when the client linked a later message past it: to append it now would break the order.
  return { outcome: "out-of-order", last: chain.last };
}

// A channel name has no spaces, the producer's length says where it ends, and the owner comes last: no two chains share a key.
function keyOf(channel: string, { owner, producer }: ChainLink): string {
  return `${channel} ${producer.length} ${producer} ${owner}`;
}
