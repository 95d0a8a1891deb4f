/** Remembers where the logs of forgotten channels ended, so that a channel that wakes up goes on and no client sees a false gap. */
import type { LogPosition } from "@attune/protocol";

/** How many ends are remembered: at some 200 bytes each, 20 MB. */
const MAX_TOMBSTONES = 100_000;

/** Ends of channels that nobody uses and whose messages are gone. */
export class Tombstones {
  readonly #epoch: string;
  readonly #max: number;
  readonly #ends = new Map<string, LogPosition>();
  #generation = 0;

  /** @param epoch the epoch of every channel, until an end had to be forgotten */
  constructor(epoch: string, max: number = MAX_TOMBSTONES) {
    this.#epoch = epoch;
    this.#max = max;
  }

  /** Keeps a channel's end. Past the bound, the one kept for longest goes. */
  bury(channel: string, position: LogPosition): void {
    // A channel without messages can begin anew in the same epoch and nobody could tell.
    if (position.offset === 0 && position.epoch === this.#newEpoch) return;
    this.#ends.set(channel, position);
    if (this.#ends.size <= this.#max) return;
    this.#ends.delete(this.#ends.keys().next().value as string);
    // From now on, a channel that looks new may be one that was forgotten: it must not continue the old epoch.
    this.#generation++;
  }

  /** Where a channel's log goes on. */
  raise(channel: string): LogPosition {
    const position = this.#ends.get(channel) ?? { epoch: this.#newEpoch, offset: 0, id: "" };
    this.#ends.delete(channel);
    return position;
  }

  get #newEpoch(): string {
    return this.#generation === 0 ? this.#epoch : `${this.#epoch}.${this.#generation}`;
  }
}
