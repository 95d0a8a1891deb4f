/** What a connection banner should say, late enough that a short loss does not flash. */
import type { Clock } from "@attune/protocol";
import { atom, onMount } from "nanostores";
import type { ReadableAtom } from "nanostores";
import { systemClock } from "../env/clock.js";
import type { Realtime } from "../realtime-service.js";
import type { ConnectionState } from "./connection-state.js";

/** `undefined` shows nothing: connected, connecting for the first time, or closed on purpose. */
export type Banner = "offline" | "reconnecting" | "disconnected" | undefined;

/**
 * What to show about the connection.
 *
 * @param options.delayMs how long trouble must last before it shows, in milliseconds; default 500, 0 shows at once. Good news shows at once.
 */
export function connectionBanner(
  realtime: Pick<Realtime, "$connection">,
  { delayMs = 500, clock = systemClock }: { readonly delayMs?: number; readonly clock?: Clock } = {},
): ReadableAtom<Banner> {
  const $banner = atom<Banner>(undefined);
  onMount($banner, () => {
    let cancel: (() => void) | undefined;
    const unlisten = realtime.$connection.subscribe((state) => {
      const wanted = toBanner(state);
      if (wanted === undefined || $banner.value !== undefined) {
        cancel?.();
        cancel = undefined;
        $banner.set(wanted);
      } else {
        // The delay counts from the first sign of trouble, and shows what is true at its end.
        cancel ??= clock.after(delayMs, () => {
          cancel = undefined;
          $banner.set(toBanner(realtime.$connection.get()));
        });
      }
    });
    return () => {
      unlisten();
      cancel?.();
      $banner.set(undefined);
    };
  });
  // What was not listened to has shown nothing yet; and to read must not listen, as nanostores' own get() would.
  return Object.assign($banner, { get: () => $banner.value });
}

function toBanner(state: ConnectionState): Banner {
  if (state.status === "reconnecting") return state.step === "offline" ? "offline" : "reconnecting";
  return state.status === "disconnected" && state.error ? "disconnected" : undefined;
}
