/** Limits a rate: so many a second in the long run, so many at once. */

/** What a token costs, and what a millisecond earns at one token a second is one. */
const TOKEN = 1_000;

/**
 * A token bucket. It starts full and refills steadily.
 *
 * Takes the time as an argument, so it needs no clock and no timer.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  /** In thousandths of a token: whole numbers, so that what was promised for a time is there at that time. */
  #credit: number;
  #atMs = Number.NEGATIVE_INFINITY;

  /**
   * @param perSecond tokens that come back each second; 0 lifts the limit
   * @param capacity tokens that can be taken at once
   */
  constructor(perSecond: number, capacity: number) {
    this.#perSecond = perSecond;
    this.#capacity = TOKEN * Math.max(1, capacity);
    this.#credit = this.#capacity;
  }

  /** Takes one token. @returns 0, or the milliseconds until there is one; then none was taken. */
  take(nowMs: number): number {
    if (this.#perSecond === 0) return 0;
    // A clock that steps back must not take tokens away, nor hand any out.
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#credit = Math.min(this.#capacity, this.#credit + elapsedMs * this.#perSecond);
    this.#atMs = nowMs;
    if (this.#credit >= TOKEN) {
      this.#credit -= TOKEN;
      return 0;
    }
    return Math.ceil((TOKEN - this.#credit) / this.#perSecond);
  }

  /** Gives one back: what it was taken for did not count after all. */
  refund(): void {
    this.#credit = Math.min(this.#capacity, this.#credit + TOKEN);
  }
}
