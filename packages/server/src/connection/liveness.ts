/** Notices a client that is gone without a close: asks after a while of silence, and gives up after another. */
import type { ServerEnv } from "../env/server-env.js";

/** How long a client may be silent before it is asked, and how long it has to answer, in milliseconds. */
export interface LivenessWindows {
  readonly askMs: number;
  readonly answerMs: number;
}

/**
 * A page that is visible probes by itself after 5 s in which it heard nothing, but in a busy room it hears something all
 * the time and need not say a word; so it is asked. 6 s + 3 s + the grace of 5 s: a ghost is gone after 14 s, within the
 * 15 s that are promised.
 */
export const VISIBLE: LivenessWindows = { askMs: 6_000, answerMs: 3_000 };

/**
 * A hidden page answers late, for its timers are throttled. 25 s + 20 s + the grace of 5 s: a ghost is gone after 50 s, as
 * promised. 25 s also keeps proxies from closing what they take for idle.
 */
export const HIDDEN: LivenessWindows = { askMs: 25_000, answerMs: 20_000 };

/** Watches one connection. Whatever comes in counts as life. */
export class Liveness {
  readonly #env: Pick<ServerEnv, "clock" | "uptimeMs">;
  readonly #ask: () => void;
  readonly #giveUp: () => void;
  #windows: LivenessWindows;
  #heardMs: number;
  #isAsked = false;
  #cancel: () => void = () => {};

  constructor(env: Pick<ServerEnv, "clock" | "uptimeMs">, isVisible: boolean, ask: () => void, giveUp: () => void) {
    this.#env = env;
    this.#ask = ask;
    this.#giveUp = giveUp;
    this.#windows = isVisible ? VISIBLE : HIDDEN;
    this.#heardMs = env.uptimeMs();
    this.#wait(this.#windows.askMs);
  }

  /** Something came in. Only notes when: a timer per frame would cost more than the frame. */
  heard(): void {
    this.#heardMs = this.#env.uptimeMs();
    this.#isAsked = false;
  }

  setVisible(isVisible: boolean): void {
    this.#windows = isVisible ? VISIBLE : HIDDEN;
    this.#wait(this.#windows.askMs);
  }

  stop(): void {
    this.#cancel();
  }

  #check(): void {
    const { askMs, answerMs } = this.#windows;
    const silentMs = this.#env.uptimeMs() - this.#heardMs;
    if (this.#isAsked) {
      // The timer that brings us here was set when the question was asked.
      this.#giveUp();
    } else if (silentMs >= askMs) {
      this.#isAsked = true;
      this.#wait(answerMs);
      this.#ask();
    } else {
      this.#wait(askMs - silentMs);
    }
  }

  #wait(ms: number): void {
    this.#cancel();
    this.#cancel = this.#env.clock.after(ms, () => this.#check());
  }
}
