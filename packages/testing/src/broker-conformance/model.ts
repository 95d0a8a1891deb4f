/** What a broker should do, in the plainest words: arrays, and nothing of how it is done. */
import { DEDUPE_RESULTS } from "@attune/protocol";
import type { AppendResult, ChainLink } from "@attune/server/core";

interface ModelMessage {
  readonly offset: number;
  readonly id: string;
  readonly timestampMs: number;
}

/** What is said of an append, without the epoch. */
export type ModelAnswer =
  | { readonly offset: number; readonly id: string; readonly timestampMs: number; readonly isRepeat: boolean }
  | { readonly outcome: "out-of-order"; readonly last: number }
  | { readonly outcome: "outcome-unknown" };

/** One broker with a history of `messages` messages that get `ageMs` old. */
export class BrokerModel {
  readonly #messages: number;
  readonly #ageMs: number;
  readonly #logs = new Map<string, ModelMessage[]>();
  readonly #chains = new Map<string, { sequence: number; message: ModelMessage }[]>();

  constructor(messages: number, ageMs: number) {
    this.#messages = messages;
    this.#ageMs = ageMs;
  }

  append(channel: string, id: string, timestampMs: number, link?: ChainLink): ModelAnswer {
    const answer = link && this.recall(channel, link);
    if (answer) return answer;
    const log = this.#log(channel);
    const message = { offset: log.length + 1, id, timestampMs };
    log.push(message);
    if (link) this.#chain(channel, link).push({ sequence: link.sequence, message });
    return { ...message, isRepeat: false };
  }

  recall(channel: string, link: ChainLink): ModelAnswer | undefined {
    const chain = this.#chain(channel, link);
    const last = chain.at(-1)?.sequence ?? 0;
    const at = chain.findIndex(({ sequence }) => sequence === link.sequence);
    const known = chain.slice(-DEDUPE_RESULTS);
    const found = known.find(({ sequence }) => sequence === link.sequence);
    if (found) return { ...found.message, isRepeat: true };
    const oldest = known[0]?.sequence ?? 0;
    if (at >= 0 || (chain.length > known.length && link.sequence < oldest)) return { outcome: "outcome-unknown" };
    if (link.sequence > last && link.previous === last) return undefined;
    return { outcome: "out-of-order", last };
  }

  /** The last sequence of a chain; 0 when there is none. */
  lastOf(channel: string, link: Pick<ChainLink, "owner" | "producer">): number {
    return this.#chain(channel, link).at(-1)?.sequence ?? 0;
  }

  /** The messages that are kept, and the end. */
  page(channel: string, nowMs: number): { ids: string[]; end: number; first: number } {
    const log = this.#log(channel);
    const kept = log.slice(Math.max(0, log.length - this.#messages));
    const young = kept.filter(({ timestampMs }) => nowMs - timestampMs <= this.#ageMs);
    return { ids: young.map(({ id }) => id), end: log.length, first: log.length - young.length + 1 };
  }

  #log(channel: string): ModelMessage[] {
    const log = this.#logs.get(channel) ?? [];
    this.#logs.set(channel, log);
    return log;
  }

  #chain(
    channel: string,
    { owner, producer }: Pick<ChainLink, "owner" | "producer">,
  ): { sequence: number; message: ModelMessage }[] {
    const key = JSON.stringify([channel, owner, producer]);
    const chain = this.#chains.get(key) ?? [];
    this.#chains.set(key, chain);
    return chain;
  }
}

/** An answer of a broker in the model's words. */
export function inModelWords(answer: AppendResult | undefined): ModelAnswer | undefined {
  if (answer?.outcome !== "stored") return answer;
  const { position, timestampMs, isRepeat } = answer;
  return { offset: position.offset, id: position.id, timestampMs, isRepeat };
}
