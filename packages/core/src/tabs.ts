/** One connection for all tabs of a user: a driver around any other. */
import type { Driver } from "./driver.js";
import { browserTabs } from "./env/tabs-environment.js";
import type { TabsEnvironment } from "./env/tabs-environment.js";
import type { Identity } from "./tabs/group.js";
import { createSeat } from "./tabs/seat.js";
import type { Seat } from "./tabs/seat.js";

export type { TabLine, TabLocks, TabsEnvironment } from "./env/tabs-environment.js";
export type { Identity } from "./tabs/group.js";

/** Who shares with whom. */
export interface SharedTabsOptions {
  /**
   * Names what is connected to, where an app of one origin has several: another server is another group. Default the driver's name.
   */
  readonly group?: string;
  /**
   * Who the user of this tab is: the same in all tabs of one user, another one for everybody else. Asked at every attempt.
   *
   * Default: the token of `auth`; a JWT by its `iss` and `sub`, any other as it is. Without a token and without this nobody can tell,
   * and each tab has a connection of its own.
   */
  readonly identity?: Identity;
  /** Locks and lines. Default the browser's; `undefined` where they are missing. */
  readonly env?: TabsEnvironment | undefined;
}

/**
 * Makes all tabs of a user share the connection of one of them, the leader. When that one goes, another takes its place, and each
 * tab goes on from where it stood.
 *
 * Others see one connection of the member: the strongest status of all tabs, and the custom state that was set last. Tabs do not see
 * each other's signals, and there is no shared state (so far). Where Web Locks or BroadcastChannel is missing, and on a server, this is the driver itself.
 *
 * @throws nothing; what fails is told as the driver would
 * @example
 * ```ts
 * import { createRealtime } from "@attune/core";
 * import type { Driver } from "@attune/core/driver";
 * import { sharedTabs } from "@attune/core/tabs";
 * declare const driver: Driver; // socketio("https://example.com")
 * declare const session: { readonly userId: string };
 * const realtime = createRealtime({ driver: sharedTabs(driver, { identity: () => session.userId }) });
 * ```
 */
export function sharedTabs(driver: Driver, options: SharedTabsOptions = {}): Driver {
  const { group = driver.name, identity } = options;
  const env = "env" in options ? options.env : browserTabs();
  if (!env) return driver;
  const memory = { ids: new Map<string, string[]>(), states: new Map<string, never>(), asks: 0 };
  let seat: Seat | undefined;
  return {
    name: driver.name,
    // So far: the leader would have to keep a copy of each state for those who come later.
    capabilities: { ...driver.capabilities, state: false },
    connect(host) {
      // After a change of leader core comes back to the seat that it had: the place in the queue is not lost.
      if (!seat?.isKept) {
        const mine: Seat = createSeat({
          driver,
          env,
          group,
          identity,
          memory,
          over: () => {
            if (seat === mine) seat = undefined;
          },
        });
        seat = mine;
      }
      return seat.sit(host);
    },
  };
}
