/** Paces presence states: what comes too fast waits, and only the newest of each channel is kept. */
import type { Clock, PresenceState } from "@attune/protocol";
import { TokenBucket } from "../rate/token-bucket.js";

/** States that may come at once: a client sets one on each channel when it wakes up. */
const BURST = 20;

/** Applies the states of one connection at a bounded rate. The last state set is always applied in the end. */
export class StatePacer {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  readonly #apply: (channel: string, state: PresenceState) => void;
  readonly #waiting = new Map<string, PresenceState>();
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, perSecond: number, apply: (channel: string, state: PresenceState) => void) {
    this.#clock = clock;
    this.#bucket = new TokenBucket(perSecond, BURST);
    this.#apply = apply;
  }

  set(channel: string, state: PresenceState): void {
    this.#waiting.set(channel, state);
    if (!this.#cancel) this.#drain();
  }

  /** Drops what waits for a channel that was left. */
  forget(channel: string): void {
    this.#waiting.delete(channel);
  }

  stop(): void {
    this.#waiting.clear();
    this.#cancel?.();
  }

  #drain(): void {
    this.#cancel = undefined;
    for (const [channel, state] of this.#waiting) {
      const waitMs = this.#bucket.take(this.#clock.now());
      if (waitMs > 0) {
        this.#cancel = this.#clock.after(waitMs, () => this.#drain());
        return;
      }
      this.#waiting.delete(channel);
      this.#apply(channel, state);
    }
  }
}
