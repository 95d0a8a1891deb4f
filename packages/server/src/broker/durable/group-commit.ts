/** Gathers what one turn of the event loop wants written, and writes it at once. */

interface Waiting {
  readonly write: () => void;
  readonly settle: () => void;
  readonly reject: (error: unknown) => void;
}

/** A queue whose jobs succeed or fail together. */
export class GroupCommit {
  readonly #defer: (run: () => void) => void;
  readonly #commit: (writes: readonly (() => void)[]) => void;
  #waiting: Waiting[] = [];

  /**
   * @param defer calls once, at the end of this turn
   * @param commit runs all the writes as one or, when it throws, undoes them
   */
  constructor(defer: (run: () => void) => void, commit: (writes: readonly (() => void)[]) => void) {
    this.#defer = defer;
    this.#commit = commit;
  }

  /**
   * Writes with the next group.
   *
   * @param tell spreads what was written, once that is certain and before it is answered, in the order of the writes. MUST NOT throw
   */
  add<A>(write: () => A, tell: (answer: A) => void): Promise<A> {
    return new Promise((resolve, reject) => {
      let answer: A;
      this.#waiting.push({
        write: () => void (answer = write()),
        settle: () => {
          tell(answer);
          resolve(answer);
        },
        reject,
      });
      if (this.#waiting.length === 1) this.#defer(() => this.flush());
    });
  }

  /** Writes now. */
  flush(): void {
    const group = this.#waiting;
    if (group.length === 0) return;
    this.#waiting = [];
    try {
      this.#commit(group.map(({ write }) => write));
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const { settle } of group) settle();
  }
}
