/** Lets clients in at a bounded rate, and tells the rest when to come. */
import { TokenBucket } from "../rate/token-bucket.js";

/** Hands out places now, and slots for later ones. */
export class Admission {
  readonly #bucket: TokenBucket;
  readonly #slotMs: number;
  #nextSlotMs = 0;
  #nowMs = Number.NEGATIVE_INFINITY;

  /**
   * @param perSecond how many are let in each second; 0 lifts the bound
   * @param atOnce how many are let in at one instant
   */
  constructor(perSecond: number, atOnce: number) {
    this.#bucket = new TokenBucket(perSecond, atOnce);
    this.#slotMs = perSecond > 0 ? 1000 / perSecond : 0;
  }

  /** @returns 0 to let one in, else after how many milliseconds it may come; no two get the same slot */
  admit(nowMs: number): number {
    // A clock that stepped back takes the slots that were handed out with it, or the next one would be as far off.
    this.#nextSlotMs -= Math.max(0, this.#nowMs - nowMs);
    this.#nowMs = nowMs;
    const waitMs = this.#bucket.take(nowMs);
    if (waitMs === 0) return 0;
    this.#nextSlotMs = Math.max(nowMs + waitMs, this.#nextSlotMs + this.#slotMs);
    return Math.ceil(this.#nextSlotMs - nowMs);
  }
}
