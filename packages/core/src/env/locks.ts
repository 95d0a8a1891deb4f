/** The machine's locks: who holds one is alive. */

/** What is used of the browser's `navigator.locks`. A lock ends with its callback's promise, or with the page; `ifAvailable` and not free: `null`. */
export interface LocksLike {
  request(
    name: string,
    options: { readonly signal?: AbortSignal; readonly ifAvailable?: boolean },
    callback: (lock: unknown) => Promise<void>,
  ): Promise<unknown>;
}

/** Absent where the page is not served over HTTPS (or from localhost), and in old browsers. */
export function systemLocks(): LocksLike | undefined {
  return (globalThis.navigator as { locks?: LocksLike } | undefined)?.locks;
}
