/** The end of a token's life, as a timer. */
import type { Clock } from "@attune/protocol";

// Source: HTML Standard, section 8.6 "Timers"; Node.js docs, `setTimeout`: beyond a signed 32-bit integer it fires at once.
const MAX_DELAY_MS = 2_147_483_647;

/**
 * Calls back when a time has passed.
 *
 * What counts is how long it runs, not what the clock shows meanwhile: who sets the clock back must not make tokens live longer,
 * and who sets it forward must not end all of them at one time.
 */
export class Expiry {
  readonly #clock: Clock;
  readonly #expired: () => void;
  #cancel: () => void = () => {};

  constructor(clock: Clock, expired: () => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** Begins anew. @param ms `undefined`: never */
  set(ms: number | undefined): void {
    this.#cancel();
    if (ms !== undefined) this.#wait(ms);
  }

  stop(): void {
    this.#cancel();
  }

  #wait(leftMs: number): void {
    const ms = Math.min(leftMs, MAX_DELAY_MS);
    this.#cancel = this.#clock.after(ms, () => (leftMs > ms ? this.#wait(leftMs - ms) : this.#expired()));
  }
}
