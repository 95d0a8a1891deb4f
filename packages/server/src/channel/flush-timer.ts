/** Decides when gathered work goes out: at once when it is quiet, together when it is busy. */
import type { ServerEnv } from "../env/server-env.js";

/** How long each lane gathers, in milliseconds, once it is busy. The first change after a pause always goes out at once. */
export interface FlushWindows {
  /** Messages: counts only after a flush of more than one, so that a lone publisher never waits. Default 5. */
  readonly messagesMs: number;
  /** Signals: latest value wins. Default 50; longer in rooms of more than 250. */
  readonly signalsMs: number;
  /** Presence changes. Default 50. */
  readonly presenceMs: number;
}

/** The defaults of {@link FlushWindows}. */
export const DEFAULT_FLUSH: FlushWindows = { messagesMs: 5, signalsMs: 50, presenceMs: 50 };

/** Runs a flush some time after it was asked for, once for any number of requests. */
export class FlushTimer {
  readonly #env: Pick<ServerEnv, "clock" | "defer">;
  readonly #run: () => void;
  #lastMs = Number.NEGATIVE_INFINITY;
  #isDue = false;
  #isStopped = false;
  #cancel: (() => void) | undefined;

  constructor(env: Pick<ServerEnv, "clock" | "defer">, run: () => void) {
    this.#env = env;
    this.#run = run;
  }

  /** Asks for a flush, `windowMs` after the last one or at the end of this turn of the event loop. */
  request(windowMs: number): void {
    if (this.#isDue || this.#isStopped) return;
    this.#isDue = true;
    const sinceMs = this.#env.clock.now() - this.#lastMs;
    // A clock that stepped back must not hold anything up.
    const waitMs = sinceMs < 0 ? 0 : windowMs - sinceMs;
    if (waitMs > 0) this.#cancel = this.#env.clock.after(waitMs, () => this.#fire());
    else this.#env.defer(() => this.#fire());
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #fire(): void {
    if (this.#isStopped) return;
    this.#isDue = false;
    this.#lastMs = this.#env.clock.now();
    this.#run();
  }
}
