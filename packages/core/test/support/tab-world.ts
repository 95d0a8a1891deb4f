/** The tabs of users over one in-memory provider, under one clock. */
import { createRealtime, type Realtime, type RealtimeOptions } from "@attune/core";
import type { Driver, DriverHost } from "@attune/core/driver";
import { sharedTabs } from "@attune/core/tabs";
import {
  createMemoryHub,
  type ManualClock,
  manualClock,
  memoryDriver,
  type MemoryDriverOptions,
  type MemoryHub,
  seededRandom,
} from "@attune/testing";
import { type TestEnvironment, testEnvironment } from "./environment.js";
import { type Browser, createBrowser, type Tab } from "./tab-browser.js";

export interface OpenTab {
  readonly tab: Tab;
  readonly client: string;
  readonly realtime: Realtime;
  readonly env: TestEnvironment;
  /** The tab is gone, and so is its socket. */
  crash(): void;
  hang(): void;
  wake(): void;
  /** Data of the messages of a channel, as they come. */
  hear(channel: string): unknown[];
  /** What its driver said twice, or while it had no connection: the contract allows neither. */
  readonly outOfTurn: readonly string[];
}

export interface TabWorld {
  readonly clock: ManualClock;
  readonly hub: MemoryHub;
  readonly browser: Browser;
  open(
    user: string,
    options?: MemoryDriverOptions & { readonly browser?: Browser; readonly auth?: RealtimeOptions["auth"] },
  ): OpenTab;
  settle(ms?: number): Promise<void>;
}

export const ROOM = "presence:room:1";
export const NEWS = "public:news";

const SAID = ["opened", "attached", "messages", "presence", "signals", "live", "detached"] as const;

/** Listens in between a tab's core and its driver. */
function overheard(driver: Driver, outOfTurn: string[]): Driver {
  return {
    ...driver,
    connect(host) {
      let isOpen = false;
      const said = SAID.map((name) => [
        name,
        (...args: unknown[]) => {
          if (isOpen === (name === "opened")) outOfTurn.push(name);
          isOpen ||= name === "opened";
          (host[name] as (...all: unknown[]) => void)(...args);
        },
      ]);
      return driver.connect({
        ...(Object.fromEntries(said) as Pick<DriverHost, (typeof SAID)[number]>),
        clock: host.clock,
        random: host.random,
        get isVisible() {
          return host.isVisible;
        },
        auth: (isStale) => host.auth(isStale),
        transport: (name) => host.transport(name),
        traffic: () => host.traffic(),
        state: (channel, change) => host.state(channel, change),
        closed(reason) {
          isOpen = false;
          host.closed(reason);
        },
      });
    },
  };
}

export function createTabWorld({ latencyMs = 2, seed = 1 } = {}): TabWorld {
  const clock = manualClock();
  const hub = createMemoryHub({ clock, latencyMs });
  const ours = createBrowser(clock);
  const random = seededRandom(seed);
  let count = 0;
  return {
    clock,
    hub,
    browser: ours,
    open(user, { browser = ours, auth = user, ...provider } = {}) {
      count += 1;
      const client = `${user}-${count}`;
      const tab = browser.tab();
      const env: TestEnvironment = { ...testEnvironment(tab.clock), random };
      const inner = memoryDriver(hub, { client, user: { userId: user, name: user }, ...provider });
      const outOfTurn: string[] = [];
      const driver = overheard(sharedTabs(tab.dress(inner), { env: tab.env }), outOfTurn);
      const realtime = createRealtime({
        driver,
        env,
        auth,
        queue: { perSecond: 1_000 },
        reconnect: { minMs: 100, maxMs: 1_000, jitterMs: 100, maxAttempts: Infinity },
      });
      return {
        tab,
        client,
        realtime,
        env,
        outOfTurn,
        crash() {
          tab.crash();
          hub.cut(client);
        },
        hang() {
          tab.hang();
        },
        wake() {
          tab.wake();
        },
        hear(channel) {
          const heard: unknown[] = [];
          realtime.subscribe(channel, "message", ({ data }) => heard.push(data));
          return heard;
        },
      };
    },
    settle: (ms = 50) => clock.advance(ms),
  };
}

/** Ada's tabs, the first of which leads, on one channel. */
export async function openGroup(size = 3, options: Parameters<TabWorld["open"]>[1] = {}) {
  const world = createTabWorld();
  const tabs: OpenTab[] = [];
  for (let n = 0; n < size; n += 1) {
    tabs.push(world.open("ada", options));
    void tabs[n]?.realtime.connect();
    await world.settle();
  }
  const heard = tabs.map((tab) => tab.hear(NEWS));
  await world.settle();
  const [leader, ...followers] = tabs as [OpenTab, ...OpenTab[]];
  return { ...world, tabs, leader, followers, heard };
}
