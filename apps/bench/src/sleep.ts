/** Waits. */

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @returns what the promise gives, or `undefined` when that takes longer */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  // Rejected after the deadline, it has nobody left to tell.
  promise.catch(() => {});
  return Promise.race([promise, tooLate]).finally(() => clearTimeout(timer));
}
