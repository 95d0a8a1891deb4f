/** The log of one channel in memory: bounded in messages, age and size, with an end that outlives them. */
import type { LogPosition } from "@attune/protocol";
import type { LogPage, NewMessage, ReadRange, StoredMessage } from "./broker.js";

/** How much of a channel's log is kept. */
export interface HistoryBounds {
  /** Messages per channel. Default 1,000; 0 keeps none, and every interruption is a gap. */
  readonly messages: number;
  /** The oldest that a message gets, in milliseconds. Default 600,000 (10 minutes). */
  readonly ageMs: number;
  /** Characters of JSON per channel, so that large messages cannot fill the memory. Default 8,388,608. */
  readonly chars: number;
}

/** The defaults of {@link HistoryBounds}. */
export const DEFAULT_HISTORY: HistoryBounds = { messages: 1_000, ageMs: 600_000, chars: 8_388_608 };

/** One channel's log. */
export class MemoryLog {
  readonly epoch: string;
  readonly #bounds: HistoryBounds;
  #messages: StoredMessage[] = [];
  #chars = 0;
  #end: number;
  #endId: string;

  constructor(at: LogPosition, bounds: HistoryBounds) {
    this.epoch = at.epoch;
    this.#end = at.offset;
    this.#endId = at.id;
    this.#bounds = bounds;
  }

  get position(): LogPosition {
    return { epoch: this.epoch, offset: this.#end, id: this.#endId };
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  append(message: NewMessage): StoredMessage {
    const offset = ++this.#end;
    this.#endId = message.id;
    const stored = { offset, id: message.id, timestampMs: message.timestampMs, json: `[${offset}${message.tail}` };
    this.#messages.push(stored);
    this.#chars += stored.json.length;
    this.trim(message.timestampMs);
    return stored;
  }

  /** Lets go of what is past the bounds. */
  trim(nowMs: number): void {
    const { messages, ageMs, chars } = this.#bounds;
    let drop = 0;
    for (const { json, timestampMs } of this.#messages) {
      const isKept = this.#messages.length - drop <= messages && this.#chars <= chars && nowMs - timestampMs <= ageMs;
      if (isKept) break;
      this.#chars -= json.length;
      drop++;
    }
    if (drop > 0) this.#messages.splice(0, drop);
  }

  read(range: ReadRange): LogPage {
    const first = this.#end - this.#messages.length + 1;
    const position = this.position;
    if ("after" in range) {
      const from = Math.max(0, range.after - first + 1);
      return { position, first, messages: this.#messages.slice(from, from + range.limit) };
    }
    const to = Math.max(0, Math.min(this.#messages.length, range.before - first));
    return { position, first, messages: this.#messages.slice(Math.max(0, to - range.limit), to) };
  }
}
