/** The tabs of users over one in-memory provider, under one clock. */
import { createRealtime, type Realtime, type RealtimeOptions } from "@attune/core";
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
      const driver = sharedTabs(tab.dress(inner), { env: tab.env });
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
