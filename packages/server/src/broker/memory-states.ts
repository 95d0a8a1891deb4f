/** The shared states of all channels in memory: each at one version, replaced only by the next, bounded together. */
import type { StateLink, StateResult, StateWrite, StoredState } from "./broker.js";
import type { ChainBounds } from "./chain-link.js";
import { answerStateRepeat, judgeBase, type StateBounds, type StateMemory } from "./state-link.js";

interface Remembered extends StateMemory {
  readonly usedAtMs: number;
}

/** States by channel, and the result of each producer's last change. */
export class MemoryStates {
  readonly #bounds: StateBounds;
  readonly #dedupe: ChainBounds;
  readonly #newEpoch: () => string;
  readonly #isOpen: (channel: string) => boolean;
  /** In order of use, so that the first ones are those to forget. */
  readonly #states = new Map<string, StoredState>();
  readonly #results = new Map<string, Remembered>();
  #chars = 0;

  constructor(
    bounds: StateBounds,
    dedupe: ChainBounds,
    world: { newEpoch(): string; isOpen(channel: string): boolean },
  ) {
    this.#bounds = bounds;
    this.#dedupe = dedupe;
    this.#newEpoch = world.newEpoch;
    this.#isOpen = world.isOpen;
  }

  read(channel: string, initial?: string): StoredState | undefined {
    const known = this.#states.get(channel);
    if (known || initial === undefined) return known;
    const begun = { epoch: this.#newEpoch(), version: 0, json: initial };
    this.#put(channel, begun);
    return begun;
  }

  write(channel: string, { base, json, link }: StateWrite, nowMs: number): StateResult {
    const answer = link && this.recall(channel, link, nowMs);
    if (answer) return answer;
    const conflict = judgeBase(this.#states.get(channel), base);
    if (conflict) return conflict;
    const at = { epoch: base.epoch, version: base.version + 1 };
    this.#put(channel, { ...at, json });
    if (link) this.#remember(keyOf(channel, link), { sequence: link.sequence, at, usedAtMs: nowMs });
    return { outcome: "stored", at, isRepeat: false };
  }

  recall(channel: string, link: StateLink, nowMs: number): StateResult | undefined {
    for (const [key, { usedAtMs }] of this.#results) {
      if (nowMs - usedAtMs <= this.#dedupe.windowMs) break;
      this.#results.delete(key);
    }
    return answerStateRepeat(this.#results.get(keyOf(channel, link)), link);
  }

  #put(channel: string, state: StoredState): void {
    this.#chars += state.json.length - (this.#states.get(channel)?.json.length ?? 0);
    this.#states.delete(channel);
    this.#states.set(channel, state);
    for (const [other, { json }] of this.#states) {
      if (this.#chars <= this.#bounds.chars) return;
      // One that somebody is on cannot go: their next change would find nothing to change.
      if (other === channel || this.#isOpen(other)) continue;
      this.#states.delete(other);
      this.#chars -= json.length;
    }
  }

  #remember(key: string, result: Remembered): void {
    this.#results.delete(key);
    this.#results.set(key, result);
    if (this.#results.size > this.#dedupe.producers) this.#results.delete(this.#results.keys().next().value as string);
  }
}

// As the keys of chains: the channel has no spaces, the producer's length says where it ends, the owner comes last.
function keyOf(channel: string, { owner, producer }: StateLink): string {
  return `${channel} ${producer.length} ${producer} ${owner}`;
}
