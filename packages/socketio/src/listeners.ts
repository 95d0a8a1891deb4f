/** Listeners that are released together, so that none is forgotten. */
import type { EmitterLike } from "./socket-like.js";

/** Takes listeners, and releases all of them. */
export interface Listeners {
  on<A extends unknown[]>(emitter: EmitterLike, event: string, listener: (...args: A) => void): void;
  release(): void;
}

/** A listener is silent from its release on, also within the very event that released it. */
export function createListeners(): Listeners {
  const releases: (() => void)[] = [];
  return {
    on(emitter, event, listener) {
      let isReleased = false;
      // Emitters call a copy of their list: one that was taken off during the event is called all the same.
      const guarded: typeof listener = (...args) => {
        if (!isReleased) listener(...args);
      };
      // Whether the event exists and what it carries is this package's business: emitters differ in their types.
      emitter.on(event as never, guarded as never);
      releases.push(() => {
        isReleased = true;
        emitter.off(event as never, guarded as never);
      });
    },
    release() {
      for (const release of releases.splice(0)) release();
    },
  };
}
