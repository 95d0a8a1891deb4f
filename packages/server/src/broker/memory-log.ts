/** The log of one channel in memory: bounded in messages, age and size, with an end that outlives them. */
import type { LogPosition } from "@attune/protocol";
import type { LogPage, NewMessage, ReadRange, StoredMessage } from "./broker.js";
import { type HistoryBounds, mayStay } from "./history-bounds.js";

interface AgedMessage extends StoredMessage {
  readonly storedAtMs: number;
}

/** One channel's log. Times are those of an age clock. */
export class MemoryLog {
  readonly epoch: string;
  readonly #bounds: HistoryBounds;
  #messages: AgedMessage[] = [];
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

  append(message: NewMessage, nowMs: number): StoredMessage {
    const offset = ++this.#end;
    this.#endId = message.id;
    const stored = { offset, id: message.id, storedAtMs: nowMs, json: `[${offset}${message.tail}` };
    this.#messages.push(stored);
    this.#chars += stored.json.length;
    this.trim(nowMs);
    return stored;
  }

  /** Lets go of what is past the bounds. */
  trim(nowMs: number): void {
    let drop = 0;
    for (const { json, storedAtMs } of this.#messages) {
      const kept = { messages: this.#messages.length - drop, chars: this.#chars };
      if (mayStay(this.#bounds, kept, storedAtMs, nowMs)) break;
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
