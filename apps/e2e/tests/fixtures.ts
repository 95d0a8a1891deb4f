/** What every browser test gets: a running host, a room nobody else is in, and people who enter it. */
import { randomUUID } from "node:crypto";
import { type BrowserContext, type BrowserContextOptions, test as base, expect, type Page } from "@playwright/test";
import { type DemoHost, startDemoHost } from "./demo-host.ts";
import { type App, RoomPage } from "./room-page.ts";

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
}

interface WorkerFixtures {
  readonly workerHost: DemoHost;
}

export const test = base.extend<Fixtures & { readonly host: DemoHost }, WorkerFixtures>({
  workerHost: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads which fixtures a fixture wants from this pattern
    async ({}, use) => {
      const host = await startDemoHost();
      await use(host);
      await host.stop("SIGKILL");
    },
    { scope: "worker" },
  ],

  host: ({ workerHost }, use) => use(workerHost),

  // oxlint-disable-next-line no-empty-pattern -- as above
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
  // oxlint-disable-next-line no-empty-pattern -- as above
  host: async ({}, use) => {
    const host = await startDemoHost();
    await use(host);
    await host.stop("SIGKILL");
  },
});

export { expect };
