/** A shared connection is held to the contract like any other: as the leader's own, and through a leader that is another tab. */
import type { Driver, DriverConnection, DriverHost } from "@attune/core/driver";
import { sharedTabs } from "@attune/core/tabs";
import { createMemoryHub, manualClock, memoryDriver, type MemoryDriverOptions } from "@attune/testing";
import { describeDriver, type DriverWorld } from "@attune/testing/conformance";
import { createBrowser } from "../support/tab-browser.js";

const kinds: Readonly<Record<string, MemoryDriverOptions>> = {
  offset: { recovery: "offset" },
  cursor: { recovery: "cursor" },
  none: { recovery: "none" },
  "like an SDK": { recovery: "cursor", presence: "core", reconnect: "driver" },
  "read only": { recovery: "none", publish: "none", signals: false, presence: false },
};

const nothing = (): void => {};

/** Another tab of the same user leads before this one connects, and ends with it. */
function behindLeader(leader: Driver, follower: Driver): Driver {
  return {
    ...follower,
    connect(host) {
      const silent: DriverHost = {
        ...host,
        isVisible: false,
        auth: host.auth,
        opened: nothing,
        closed: nothing,
        transport: nothing,
        traffic: nothing,
        attached: nothing,
        messages: nothing,
        presence: nothing,
        signals: nothing,
        live: nothing,
        detached: nothing,
      };
      const first = leader.connect(silent);
      const inner: DriverConnection = follower.connect(host);
      const { close } = inner;
      // The same object, to which a ping may still be added.
      inner.close = (goodbye) => {
        close(goodbye);
        first.close(goodbye);
      };
      return inner;
    },
  };
}

function world(options: MemoryDriverOptions, isFollowing: boolean): DriverWorld {
  const clock = manualClock();
  const hub = createMemoryHub({ clock, latencyMs: 5 });
  const tokens = new Map<string, number>();
  return {
    clock,
    client(who) {
      const browser = createBrowser(clock);
      const tab = (): Driver =>
        sharedTabs(memoryDriver(hub, { ...options, ...who }), { identity: () => who.client, env: browser.tab().env });
      return {
        driver: isFollowing ? behindLeader(tab(), tab()) : tab(),
        auth() {
          const count = (tokens.get(who.client) ?? 0) + 1;
          tokens.set(who.client, count);
          return `${who.client} ${count}`;
        },
      };
    },
    subscribers: (channel) => hub.subscribers(channel).length,
    connections: () => hub.clients.length,
    close() {},
    cut: (client) => hub.cut(client),
    refuse: () => hub.refuse(),
    accept: () => hub.accept(),
    turnAway: () => hub.refuse({ code: "unauthorized" }),
    forbid: (channel, client) => hub.revoke(channel, client),
    revoke: (channel, client) => hub.revoke(channel, client),
    halfOpen: (client) => hub.halfOpen(client),
    heal: (client) => hub.heal(client),
    double: () => hub.doubleNextMessage(),
    swap: () => hub.swapNextMessages(),
    forget: (channel) => hub.newEpoch(channel),
    expireToken: (client) => hub.expireToken(client),
    tokensSeen: (client) =>
      hub.received.flatMap((each) => (each.client === client && each.type === "connect" ? [each.token] : [])),
    publish: (channel, event, data) => hub.publish(channel, event, data),
  };
}

for (const [name, options] of Object.entries(kinds)) {
  const { capabilities } = memoryDriver(createMemoryHub(), options);
  describeDriver(`shared tabs, leading, ${name}`, () => world(options, false), capabilities);
  describeDriver(`shared tabs, following, ${name}`, () => world(options, true), capabilities);
}
