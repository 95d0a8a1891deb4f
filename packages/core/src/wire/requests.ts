/** Pairs answers with the questions they belong to. */

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** Questions that wait for an answer, by key. Several may wait under one key: a repeat sent before the first answer came. */
export interface Requests<T> {
  ask(key: string): Promise<T>;
  /** Settles the oldest question under the key. False when there is none: an answer to nobody. */
  resolve(key: string, value: T): boolean;
  reject(key: string, error: unknown): boolean;
  /** Nobody will answer any more. */
  rejectAll(error: unknown): void;
}

/** Makes an empty set of questions. */
export function createRequests<T>(): Requests<T> {
  const waiting = new Map<string, Waiting<T>[]>();
  const next = (key: string): Waiting<T> | undefined => {
    const queue = waiting.get(key);
    const first = queue?.shift();
    if (queue && !queue.length) waiting.delete(key);
    return first;
  };
  return {
    ask: (key) =>
      new Promise<T>((resolve, reject) => {
        waiting.set(key, [...(waiting.get(key) ?? []), { resolve, reject }]);
      }),
    resolve(key, value) {
      const question = next(key);
      question?.resolve(value);
      return question !== undefined;
    },
    reject(key, error) {
      const question = next(key);
      question?.reject(error);
      return question !== undefined;
    },
    rejectAll(error) {
      const questions = [...waiting.values()].flat();
      waiting.clear();
      for (const question of questions) question.reject(error);
    },
  };
}
