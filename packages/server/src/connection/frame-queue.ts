/** Works on one connection's frames one at a time, in the order in which they came. */

/** A bounded queue with a single worker. */
export class FrameQueue<T> {
  readonly #work: (item: T) => void | Promise<void>;
  readonly #failed: (item: T, error: unknown) => void;
  #waiting: T[] = [];
  #isBusy = false;

  /**
   * @param work does one item; the next one waits for its promise
   * @param failed hears what `work` throws or rejects with; the queue goes on
   */
  constructor(work: (item: T) => void | Promise<void>, failed: (item: T, error: unknown) => void) {
    this.#work = work;
    this.#failed = failed;
  }

  /** How many items wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Works on an item: at once when nothing is being worked on, so that the usual case costs no tick. */
  push(item: T): void {
    if (this.#isBusy) this.#waiting.push(item);
    else this.#run(item);
  }

  /** Drops what waits. */
  clear(): void {
    this.#waiting = [];
  }

  #run(item: T): void {
    this.#isBusy = true;
    let done: void | Promise<void> = undefined;
    try {
      done = this.#work(item);
    } catch (error) {
      this.#failed(item, error);
    }
    if (done) {
      done.catch((error: unknown) => this.#failed(item, error)).then(() => this.#next());
    } else {
      this.#isBusy = false;
    }
  }

  #next(): void {
    this.#isBusy = false;
    while (!this.#isBusy) {
      const item = this.#waiting.shift();
      if (item === undefined) return;
      this.#run(item);
    }
  }
}
