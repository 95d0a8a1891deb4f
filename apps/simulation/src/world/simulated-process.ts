/** A process of the simulation: its own clock, which can be wrong, and a life that can be frozen or end without notice. */
import type { Clock } from "@attune/protocol";
import type { VirtualTime } from "./virtual-time.js";

/** A browser tab, or a server. */
export class SimulatedProcess {
  readonly #time: VirtualTime;
  readonly #timers = new Set<() => void>();
  #held: (() => void)[] = [];
  #skewMs = 0;
  #isFrozen = false;
  #isDead = false;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** Timers that wait: none, when everything was released. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** What the process takes for the time. Timers go by the true one, as they do in a browser. */
  readonly clock: Clock = {
    now: () => this.#time.nowMs + this.#skewMs,
    after: (ms, run) => this.#after(ms, run),
  };

  /** Somebody set the clock. */
  setClock(byMs: number): void {
    this.#skewMs += byMs;
  }

  /** Something comes in from outside: at once, or when the process thaws. */
  deliver(run: () => void): void {
    if (this.#isDead) return;
    if (this.#isFrozen) this.#held.push(run);
    else run();
  }

  /** Nothing runs any more until it thaws; what comes due meanwhile runs then, in order. */
  freeze(): void {
    this.#isFrozen = true;
  }

  thaw(): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    const held = this.#held;
    this.#held = [];
    for (const run of held) this.#time.after(0, () => this.deliver(run));
  }

  /** kill -9: nothing of it runs any more. */
  kill(): void {
    this.#isDead = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#held = [];
  }

  #after(ms: number, run: () => void): () => void {
    if (this.#isDead) return () => {};
    const cancel = this.#time.after(ms, () => {
      this.deliver(() => {
        if (this.#timers.delete(end)) run();
      });
    });
    const end = (): void => {
      cancel();
      this.#timers.delete(end);
    };
    this.#timers.add(end);
    return end;
  }
}
