/** Lets everything that is due in microtasks happen first. */

// Taken when the module loads: a test that fakes the global timers must not stop the clock that it tests with.
const laterOf = globalThis.setImmediate;

/** Resolves after every microtask that is queued now, and every one that those queue. */
export function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    laterOf(resolve);
  });
}
