/** One direction of a connection: what is sent arrives later and in order, or the rest of it never does. */
import type { PathCondition } from "./path.js";
import type { World } from "./world.js";

/** Where frames come out. */
export interface LaneEnd {
  readonly path: PathCondition;
  /** Whether bytes vanish in this direction. */
  swallows(): boolean;
  bytesPerMs(): number;
  arrive(text: string): void;
}

/** Frames under way in one direction. */
export class Lane {
  readonly #world: World;
  readonly #end: LaneEnd;
  #lastDueMs = 0;
  #bytesUnderWay = 0;
  #isBroken = false;

  constructor(world: World, end: LaneEnd) {
    this.#world = world;
    this.#end = end;
  }

  /** Bytes that the sender still holds. */
  get bytesUnderWay(): number {
    return this.#bytesUnderWay;
  }

  /** How much longer what was sent is under way. */
  get lateMs(): number {
    return Math.max(0, this.#lastDueMs - this.#world.time.nowMs);
  }

  /** Whether something was lost in it. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Returns false when it is lost already. */
  send(text: string): boolean {
    if (this.#end.swallows()) this.#isBroken = true;
    this.#bytesUnderWay += text.length;
    if (this.#isBroken) return false;
    this.#after(text.length, () => {
      if (this.#end.swallows()) this.#isBroken = true;
      // TCP leaves no holes: once something is lost on the way, nothing that was sent later arrives.
      if (this.#isBroken) return;
      this.#bytesUnderWay -= text.length;
      this.#end.arrive(text);
    });
    return true;
  }

  /** Runs at the other end after everything that was sent, if that arrives. */
  sendEnd(run: () => void): void {
    this.#after(0, () => this.#isBroken || run());
  }

  /** Nothing arrives any more, and nothing of what is under way. */
  break(): void {
    this.#isBroken = true;
  }

  #after(bytes: number, run: () => void): void {
    const { time, between } = this.#world;
    const { path } = this.#end;
    const arrivesMs = Math.max(time.nowMs + between(1, 15) + path.extraLatencyMs, path.stalledUntilMs);
    this.#lastDueMs = Math.max(this.#lastDueMs, arrivesMs) + bytes / this.#end.bytesPerMs();
    this.#world.time.after(this.#lastDueMs - time.nowMs, run);
  }
}
