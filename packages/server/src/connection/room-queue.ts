/** Holds backfill back while much waits for the connection: joining many channels at once must not look like reading slowly. */
import type { Clock } from "@attune/protocol";

const CHECK_MS = 20;

/** Runs what is put in, in order, each once there is room. */
export class RoomQueue {
  readonly #clock: Clock;
  readonly #hasRoom: () => boolean;
  #waiting: (() => void)[] = [];
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, hasRoom: () => boolean) {
    this.#clock = clock;
    this.#hasRoom = hasRoom;
  }

  enqueue(run: () => void): void {
    this.#waiting.push(run);
    if (!this.#cancel) this.#drain();
  }

  stop(): void {
    this.#waiting = [];
    this.#cancel?.();
  }

  // Transports tell how much waits, not when it is gone: so this looks again, and only while something is held back.
  #drain(): void {
    this.#cancel = undefined;
    while (this.#waiting.length > 0) {
      if (!this.#hasRoom()) {
        this.#cancel = this.#clock.after(CHECK_MS, () => this.#drain());
        return;
      }
      this.#waiting.shift()?.();
    }
  }
}
