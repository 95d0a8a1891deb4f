/** Limits a rate: so many a second in the long run, so many at once. */

/**
 * A token bucket. It starts full and refills steadily.
 *
 * Takes the time as an argument, so it needs no clock and no timer.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #tokens: number;
  #atMs = Number.NEGATIVE_INFINITY;

  /**
   * @param perSecond tokens that come back each second; 0 lifts the limit
   * @param capacity tokens that can be taken at once
   */
  constructor(perSecond: number, capacity: number) {
    this.#perMs = perSecond / 1000;
    this.#capacity = Math.max(1, capacity);
    this.#tokens = this.#capacity;
  }

  /** Takes one token. @returns 0, or the milliseconds until there is one; then none was taken. */
  take(nowMs: number): number {
    if (this.#perMs === 0) return 0;
    // A clock that steps back must not take tokens away, nor hand any out.
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#tokens = Math.min(this.#capacity, this.#tokens + elapsedMs * this.#perMs);
    this.#atMs = nowMs;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil((1 - this.#tokens) / this.#perMs);
  }

  /** Gives one back: what it was taken for did not count after all. */
  refund(): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + 1);
  }
}
