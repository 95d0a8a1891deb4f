/** What a tab has while it leads: the one connection to the provider, and the hub through which the others use it. */
import { RealtimeError } from "@attune/protocol";
import type { Driver, DriverConnection, DriverHost } from "../driver.js";
import { createHub } from "./hub.js";
import type { Hub, HubHost, HubOptions } from "./hub.js";

/** What leading needs. */
export interface LeadershipOptions extends Pick<HubOptions, "tell" | "closed"> {
  readonly driver: Driver;
  /** The leader's own core, for clock, chance and visibility: the last one that connected. */
  host(): DriverHost;
  auth(isStale?: boolean): Promise<string | undefined>;
  traffic(): void;
}

/** A leadership. */
export interface Leadership {
  readonly hub: Hub;
  /** Counts the times that the connection was open: what was meant for an earlier one is not for this. */
  readonly session: number;
  connect(): void;
  /** Ends it, the connection included. */
  end(goodbye: boolean): void;
}

/** Starts to lead, without a connection yet. */
export function createLeadership(options: LeadershipOptions): Leadership {
  const { driver, host } = options;
  let link: DriverConnection | undefined;
  let links = 0;
  let session = 0;
  const hub = createHub({
    capabilities: driver.capabilities,
    nowMs: () => host().clock.now(),
    provider: () => link as DriverConnection,
    tell: options.tell,
    closed: options.closed,
    dead() {
      links += 1;
      link?.close(false);
      hub.host.closed({ error: new RealtimeError("timeout", "The server did not answer another tab.") });
      // Nobody else would: core connects only once.
      if (driver.capabilities.reconnect === "driver") connect();
    },
  });

  function connect(): void {
    links += 1;
    const mine = links;
    const fence =
      <A extends unknown[]>(run: (...args: A) => void) =>
      (...args: A) => {
        if (mine === links) run(...args);
      };
    const said = Object.entries(hub.host).map(([name, run]) => [name, fence(run as () => void)]);
    link = driver.connect({
      ...(Object.fromEntries(said) as HubHost),
      opened: fence((info) => {
        session += 1;
        hub.host.opened(info);
      }),
      clock: host().clock,
      random: host().random,
      get isVisible() {
        return hub.tabs.length ? hub.isVisible : host().isVisible;
      },
      auth: options.auth,
      traffic: fence(options.traffic),
      // Never asked for: tabs that share a connection declare to have none.
      state: () => {},
    });
  }

  return {
    hub,
    get session() {
      return session;
    },
    connect,
    end(goodbye) {
      links += 1;
      link?.close(goodbye);
    },
  };
}
