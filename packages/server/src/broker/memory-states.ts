/** The shared states of all channels in memory: each at one version, replaced only by the next, bounded together. */
import type { StateLink, StateResult, StateVersion, StateWrite, StoredState } from "./broker.js";
import type { ChainBounds } from "./producer-chains.js";

/** How much shared state is kept. */
export interface StateBounds {
  /** Characters of JSON in all channels together. Past it, those go that nobody is on, the longest unused first. Default 67,108,864. */
  readonly chars: number;
}

/** The defaults of {@link StateBounds}. */
export const DEFAULT_STATES: StateBounds = { chars: 67_108_864 };

interface Remembered {
  readonly sequence: number;
  readonly at: StateVersion;
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

  write(channel: string, { base, json, timestampMs, link }: StateWrite): StateResult {
    const answer = link && this.recall(channel, link, timestampMs);
    if (answer) return answer;
    const now = this.#states.get(channel);
    if (now?.epoch !== base.epoch || now.version !== base.version) {
      return { outcome: "conflict", at: now && { epoch: now.epoch, version: now.version } };
    }
    const at = { epoch: base.epoch, version: base.version + 1 };
    this.#put(channel, { ...at, json });
    if (link) this.#remember(keyOf(channel, link), { sequence: link.sequence, at, usedAtMs: timestampMs });
    return { outcome: "stored", at, isRepeat: false };
  }

  recall(channel: string, link: StateLink, nowMs: number): StateResult | undefined {
    for (const [key, { usedAtMs }] of this.#results) {
      if (nowMs - usedAtMs <= this.#dedupe.windowMs) break;
      this.#results.delete(key);
    }
    const last = this.#results.get(keyOf(channel, link));
    if (!last || link.sequence > last.sequence) return undefined;
    if (link.sequence < last.sequence) return { outcome: "outcome-unknown" };
    return { outcome: "stored", at: last.at, isRepeat: true };
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
