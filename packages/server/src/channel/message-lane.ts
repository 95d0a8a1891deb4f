/** The durable lane of an open channel: hands each message of the log to every subscriber, in order. */
import type { LogPosition } from "@attune/protocol";
import type { StoredMessage } from "../broker/broker.js";
import type { ServerEnv } from "../env/server-env.js";
import { type Json, messagesFrame } from "../wire/frame-text.js";
import { type Audience, sendToAll } from "./audience.js";
import { inFrames } from "./chunk.js";
import { FlushTimer } from "./flush-timer.js";

/** Delivers what the broker appends. */
export class MessageLane {
  readonly #channel: Json;
  readonly #epoch: Json;
  readonly #audience: Audience;
  readonly #windowMs: number;
  readonly #timer: FlushTimer;
  #pending: StoredMessage[] = [];
  #position: LogPosition;
  #lastCount = 0;
  #waiting: { readonly offset: number; readonly run: () => void }[] = [];

  constructor(channel: Json, at: LogPosition, audience: Audience, windowMs: number, env: ServerEnv) {
    this.#channel = channel;
    this.#epoch = JSON.stringify(at.epoch);
    this.#position = at;
    this.#audience = audience;
    this.#windowMs = windowMs;
    this.#timer = new FlushTimer(env, () => this.#flush());
  }

  /** The last message that live subscribers were sent. What lies beyond is on its way to them, and to nobody else. */
  get position(): LogPosition {
    return this.#position;
  }

  /** Takes the next message. @returns `false` when it is not the next one */
  deliver(message: StoredMessage): boolean {
    const last = this.#pending.at(-1)?.offset ?? this.#position.offset;
    if (message.offset !== last + 1) return false;
    this.#pending.push(message);
    this.#timer.request(this.#lastCount > 1 ? this.#windowMs : 0);
    return true;
  }

  #flush(): void {
    const messages = this.#pending;
    const last = messages.at(-1);
    this.#lastCount = messages.length;
    if (!last) return;
    this.#pending = [];
    this.#position = { epoch: this.#position.epoch, offset: last.offset, id: last.id };
    for (const texts of inFrames(messages)) {
      sendToAll(this.#audience, messagesFrame(this.#channel, this.#epoch, texts));
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { offset, run } of waiting) this.whenReached(offset, run);
  }

  /** Calls `run` once subscribers were sent the message at `offset`: now, or after a flush. */
  whenReached(offset: number, run: () => void): void {
    if (offset <= this.#position.offset) run();
    else this.#waiting.push({ offset, run });
  }

  stop(): void {
    this.#timer.stop();
  }
}
