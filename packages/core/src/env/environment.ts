/** The only door to the world: time, chance, network and page come in here, so that a test can be all of them. */
import type { Clock, MakeId, Random } from "@attune/protocol";
import { randomId, systemRandom } from "./chance.js";
import { systemClock } from "./clock.js";

/** Whether there is a network at all. */
export interface Network {
  isOnline(): boolean;
  /** Calls back at every change; returns the function that ends it. */
  onChange(callback: () => void): () => void;
}

/** `frozen`: the page went into the back/forward cache or to sleep, and must not hold a connection. */
export type PageState = "visible" | "hidden" | "frozen";

/** The life of the page. */
export interface Page {
  state(): PageState;
  onChange(callback: () => void): () => void;
}

/** What Attune takes from the world. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly id: MakeId;
  readonly network: Network;
  readonly page: Page;
  /** Where errors go that nobody else hears: those thrown by listeners, and background failures without an `error` listener. */
  report(error: unknown): void;
}

type Target = Pick<EventTarget, "addEventListener" | "removeEventListener">;

function listen(target: Target | undefined, events: readonly string[], callback: (event: Event) => void): () => void {
  for (const event of events) target?.addEventListener(event, callback);
  return () => {
    for (const event of events) target?.removeEventListener(event, callback);
  };
}

/**
 * The environment of a browser; in Node, always online and visible.
 *
 * @param scope where the globals are looked up; another window for iframes
 * @example
 * ```ts
 * import { browserEnvironment } from "@attune/core";
 * const env = { ...browserEnvironment(), random: () => 0.5 };
 * ```
 */
export function browserEnvironment(scope: typeof globalThis = globalThis): Environment {
  const page = scope.document as Document | undefined;
  const windowLike = page ? scope : undefined;
  let isFrozen = false;
  return {
    clock: systemClock,
    random: systemRandom,
    id: randomId,
    network: {
      // Only an explicit `false` says something: Node's navigator has no onLine.
      isOnline: () => scope.navigator?.onLine !== false,
      onChange: (callback) => listen(windowLike, ["online", "offline"], callback),
    },
    page: {
      state: () => (isFrozen ? "frozen" : page?.visibilityState === "hidden" ? "hidden" : "visible"),
      onChange(callback) {
        // An open socket keeps a page out of the back/forward cache, or comes back dead with it (socket.io #5232).
        const onLife = (event: Event): void => {
          isFrozen = event.type === "pagehide" || event.type === "freeze";
          callback();
        };
        const ends = [
          listen(page, ["visibilitychange"], callback),
          listen(page, ["freeze", "resume"], onLife),
          listen(windowLike, ["pagehide", "pageshow"], onLife),
          listen(windowLike, ["focus"], callback),
        ];
        return () => {
          for (const end of ends) end();
        };
      },
    },
    report(error) {
      if (typeof scope.reportError === "function") scope.reportError(error);
      else
        queueMicrotask(() => {
          throw error;
        });
    },
  };
}
