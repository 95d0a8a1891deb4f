/** A browser that can be taken offline, as a target: Playwright's and Puppeteer's are. */
import type { FaultTarget } from "./fault-target.js";

/** The part of Playwright's `BrowserContext` that is used. */
export interface CanGoOffline {
  setOffline(isOffline: boolean): Promise<void>;
}

/**
 * Takes a browser offline: the page hears `offline`, and an open WebSocket goes silent without being closed. What it sent
 * meanwhile goes out at the end of it. Its one fault is `offline`.
 *
 * @example
 * ```ts
 * import { offlineTarget, play, scenario } from "@attune/testing";
 * declare const context: { setOffline(isOffline: boolean): Promise<void> }; // of Playwright
 * const playing = play(scenario([{ after: 1_000, fault: "offline", for: 5_000 }]), offlineTarget(context));
 * ```
 */
export function offlineTarget(context: CanGoOffline): FaultTarget {
  return {
    name: "offlineTarget()",
    cannot({ fault, on }) {
      if (fault !== "offline") return "it can go offline, and nothing else";
      return on === undefined ? undefined : "it is one browser: leave `on` out";
    },
    async strike() {
      await context.setOffline(true);
      return () => context.setOffline(false);
    },
  };
}
