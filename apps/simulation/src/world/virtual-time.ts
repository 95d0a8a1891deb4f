/** Time that exists only in a run: it jumps from one event to the next, and everything awaited in between settles first. */

interface Event {
  readonly atMs: number;
  /** Of two that are due together, the first one set comes first. */
  readonly order: number;
  run: (() => void) | undefined;
}

/** 2026-01-01 UTC: far from 0, so that code that takes a duration for a time shows it. */
const START_MS = 1_767_225_600_000;

/** The events of one run. */
export class VirtualTime {
  #nowMs = START_MS;
  #order = 0;
  readonly #heap: Event[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Since the run began. */
  get elapsedMs(): number {
    return this.#nowMs - START_MS;
  }

  after(ms: number, run: () => void): () => void {
    const event: Event = { atMs: this.#nowMs + Math.max(0, ms), order: ++this.#order, run };
    this.#push(event);
    return () => {
      event.run = undefined;
    };
  }

  /** Runs what is due until then. Rejects with what an event throws. */
  advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    return new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          const event = this.#nextDue(untilMs);
          if (!event) {
            this.#nowMs = untilMs;
            resolve();
            return;
          }
          this.#nowMs = event.atMs;
          const { run } = event;
          event.run = undefined;
          run?.();
        } catch (error) {
          reject(error as Error);
          return;
        }
        settleThen(step);
      };
      settleThen(step);
    });
  }

  #nextDue(untilMs: number): Event | undefined {
    for (let first = this.#heap[0]; first && first.atMs <= untilMs; first = this.#heap[0]) {
      this.#pop();
      if (first.run) return first;
    }
    return undefined;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent] as Event, event)) break;
      heap[at] = heap[parent] as Event;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Event;
    if (!heap.length) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child += 1;
      if (isBefore(last, heap[child] as Event)) break;
      heap[at] = heap[child] as Event;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(left: Event, right: Event): boolean {
  return left.atMs === right.atMs ? left.order < right.order : left.atMs < right.atMs;
}

/**
 * Runs `next` when no microtask is left.
 *
 * Node empties its microtasks before it looks at the tick queue again, so a tick asked for from within a microtask comes after
 * all of them, at a tenth of the cost of a turn of the event loop.
 */
function settleThen(next: () => void): void {
  queueMicrotask(() => process.nextTick(next));
}
