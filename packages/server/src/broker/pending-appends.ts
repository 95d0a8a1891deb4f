/** Knows which messages are on their way into a log, so that closing can wait for them. */
import type { MaybePromise } from "./broker.js";

/** The appends that a broker has not answered yet. */
export class PendingAppends {
  readonly #pending = new Set<Promise<unknown>>();

  /** Waits for an append, and counts it as pending meanwhile. */
  async track<T>(appending: MaybePromise<T>): Promise<T> {
    if (!(appending instanceof Promise)) return appending;
    this.#pending.add(appending);
    try {
      return await appending;
    } finally {
      this.#pending.delete(appending);
    }
  }

  /** Resolves when all that are pending now have been answered, one way or the other. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }
}
