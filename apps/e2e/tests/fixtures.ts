/** What every browser test gets: a running host, a room nobody else is in, and people who enter it. */
import { randomUUID } from "node:crypto";
import type { Capabilities } from "@attune/core";
import { type BrowserContext, type BrowserContextOptions, test as base, expect, type Page } from "@playwright/test";
import { capabilitiesOf, type Demo, type DriverName } from "./demo.ts";
import { type App, RoomPage } from "./room-page.ts";
import { startSocketioDemo } from "./socketio-demo.ts";
import { startSupabaseDemo } from "./supabase-demo.ts";

interface EnterOptions extends BrowserContextOptions {
  /** In this browser, as another tab; default a browser of one's own. */
  readonly context?: BrowserContext;
  /** The name to take; default the one that the host gives. */
  readonly name?: string;
}

interface Fixtures {
  readonly room: string;
  /** Opens an app in the room, and waits until it is in. */
  readonly enter: (app: App, options?: EnterOptions) => Promise<RoomPage>;
  /** What the browsers complained about. It must be nothing at the end of a test; one that breaks the network clears it. */
  readonly complaints: string[];
  /** Writes down what a page complains about. */
  readonly watch: (page: Page) => void;
  /** Skips the test where the driver does not declare this. */
  readonly needs: <Name extends keyof Capabilities>(name: Name, value: Capabilities[Name]) => void;
}

/** What a project of playwright.config.ts says. */
export interface WorkerOptions {
  readonly driver: DriverName;
}

interface WorkerFixtures extends WorkerOptions {
  readonly workerHost: Demo;
}

const START = { socketio: startSocketioDemo, supabase: startSupabaseDemo };

export const test = base.extend<Fixtures & { readonly host: Demo }, WorkerFixtures>({
  driver: ["socketio", { option: true, scope: "worker" }],

  workerHost: [
    async ({ driver }, use) => {
      const host = await START[driver]();
      await use(host);
      await host.close();
    },
    { scope: "worker" },
  ],

  host: ({ workerHost }, use) => use(workerHost),

  needs: ({ driver }, use) =>
    use((name, value) => {
      const declared = capabilitiesOf(driver)[name];
      const quoted = [value, declared].map((each) => JSON.stringify(each));
      test.skip(declared !== value, `needs capability ${name}: ${quoted[0]}; the driver declares ${quoted[1]}`);
    }),

  // oxlint-disable-next-line no-empty-pattern -- Playwright reads which fixtures a fixture wants from this pattern
  room: ({}, use) => use(`e2e-${randomUUID()}`),

  complaints: [
    // oxlint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const complaints: string[] = [];
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],

  watch: ({ complaints }, use) =>
    use((page) => {
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(`${page.url()}: ${message.text()}`);
      });
      page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.stack ?? error.message}`));
    }),

  enter: async ({ browser, host, room, watch }, use) => {
    const contexts = new Set<BrowserContext>();
    await use(async (app, { context, name, ...options } = {}) => {
      const tab = context ?? (await browser.newContext(options));
      contexts.add(tab);
      const page = await tab.newPage();
      watch(page);
      await page.goto(`${host.url}/${app}/?room=${room}`);
      const person = new RoomPage(page);
      await person.isIn();
      if (name !== undefined) {
        await person.rename(name);
        await expect(person.member(name)).toBeVisible();
        await expect(person.connection).toHaveText("connected");
      }
      return person;
    });
    for (const context of contexts) await context.close();
  },
});

/** The same, with a host of its own that the test may kill. */
export const testWithOwnHost = test.extend({
  host: async ({ driver }, use) => {
    const host = await START[driver]();
    await use(host);
    await host.close();
  },
});

export { expect };
