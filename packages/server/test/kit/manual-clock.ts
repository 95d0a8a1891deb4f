/** A clock that stands still until it is told to go on. */
import type { Clock } from "@attune/protocol";

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Timers fire in due order, also those set by timers. Promises settle in between. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  #skewMs = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#nowMs + this.#skewMs;
  }

  /** Time that nobody sets. */
  uptimeMs(): number {
    return this.#nowMs;
  }

  /** Somebody sets the clock. Timers do not go by it. */
  setClock(byMs: number): void {
    this.#skewMs += byMs;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  get pending(): number {
    return this.#timers.size;
  }

  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#timers.delete(next);
      next.run();
      await settle();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs > untilMs) continue;
      if (!first || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) first = timer;
    }
    return first;
  }
}

/** Lets every promise that can settle do so: Node runs all of them before the next immediate. */
export function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
