/** Locks and lines of tabs that end in the middle of something: each is given back, and nothing is said on one that is closed. */
import { createRealtime, type Realtime, RealtimeError } from "@attune/core";
import type { Driver } from "@attune/core/driver";
import { sharedTabs } from "@attune/core/tabs";
import { createWireDriver } from "@attune/core/wire";
import { createMemoryHub, type ManualClock, manualClock, memoryDriver, seededRandom } from "@attune/testing";
import { expect, test, vi } from "vitest";
import { testEnvironment } from "../support/environment.js";
import { type Browser, createBrowser } from "../support/tab-browser.js";
import { WELCOME } from "../support/welcome.js";

/** A provider that lets everybody in, and answers nothing else. */
const silent = (): Driver =>
  createWireDriver({
    name: "wire",
    open(events, hello) {
      void hello().then(() => events.frame(WELCOME));
      return { send() {}, close() {} };
    },
  });

/** One for all: tabs with the same luck would have the same name. */
const random = seededRandom(7);

async function opened(browser: Browser, clock: ManualClock, driver: Driver): Promise<Realtime> {
  const tab = browser.tab();
  const env = { ...testEnvironment(tab.clock), random };
  const realtime = createRealtime({
    driver: sharedTabs(driver, { env: tab.env }),
    auth: "ada",
    env,
    reconnect: { minMs: 60_000, maxMs: 60_000 },
  });
  void realtime.connect();
  await clock.advance(200);
  return realtime;
}

test.each<[string, (leader: Realtime) => void]>([
  ["is disposed", (leader) => leader.dispose()],
  ["disconnects", (leader) => void leader.disconnect()],
])("a leader that %s while another tab waits for an answer says nothing on its closed line", async (_, end) => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  try {
    const clock = manualClock();
    const browser = createBrowser(clock);
    const leader = await opened(browser, clock, silent());
    const follower = await opened(browser, clock, silent());
    expect(follower.getConnectionState()).toBe("connected");
    void follower.publish("public:news", "message", 1);
    await clock.advance(10);
    end(leader);
    await clock.advance(100);
    // Node tells of them after a macrotask.
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled.mock.calls).toEqual([]);
  } finally {
    process.off("unhandledRejection", unhandled);
  }
});

test("a leader whose driver ends inside connect() gives its lock back", async () => {
  const clock = manualClock();
  const browser = createBrowser(clock);
  const inner = memoryDriver(createMemoryHub({ clock }), { client: "one" });
  const realtime = await opened(browser, clock, {
    ...inner,
    connect(host) {
      host.closed({ error: new RealtimeError("transport-failed", "No way out.") });
      return inner.connect({ ...host, opened() {}, closed() {} });
    },
  });
  await clock.advance(5_000);
  expect(realtime.getConnectionState()).toBe("reconnecting");
  expect(browser.locks).toEqual([]);
});
