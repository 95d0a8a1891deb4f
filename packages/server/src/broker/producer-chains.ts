/** Remembers what became of each producer's messages, so that each is appended once, in the order it was written. */
import { DEDUPE_RESULTS } from "@attune/protocol";
import type { AppendResult, ChainLink } from "./broker.js";
import { answerRepeat, type ChainBounds, type ChainResult, judgeLink } from "./chain-link.js";

interface Chain {
  last: number;
  /** The last results, oldest first. */
  results: ChainResult[];
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
    const judged = judgeLink(chain?.last ?? 0, link);
    if (judged !== "repeat") return judged === "next" ? undefined : judged;
    const { last = 0, results = [], hasForgotten = false } = chain ?? {};
    const found = results.find(({ sequence }) => sequence === link.sequence);
    return answerRepeat(link.sequence, found, { last, oldest: results[0]?.sequence ?? 0, hasForgotten });
  }

  /** Notes that a message was appended as the next of its chain. */
  record(channel: string, link: ChainLink, result: Omit<ChainResult, "sequence">, nowMs: number): void {
    const key = keyOf(channel, link);
    const chain = this.#chains.get(key) ?? { last: 0, results: [], hasForgotten: false, usedAtMs: 0 };
    chain.last = link.sequence;
    chain.usedAtMs = nowMs;
    chain.results.push({ sequence: link.sequence, ...result });
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

// A channel name has no spaces, the producer's length says where it ends, and the owner comes last: no two chains share a key.
function keyOf(channel: string, { owner, producer }: ChainLink): string {
  return `${channel} ${producer.length} ${producer} ${owner}`;
}
