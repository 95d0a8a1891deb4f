/** Pages that lose their line without a word, and pages that go to sleep and come back. */
import { type Browser, chromium, type LaunchOptions } from "@playwright/test";
import { expect, test, testWithOwnHost } from "./fixtures.ts";
import { APPS } from "./room-page.ts";

testWithOwnHost(
  "a line that swallows everything is noticed within 10 s while the page is visible, and nothing is lost",
  { tag: "@host" },
  async ({ enter, host, complaints }) => {
    const [ann, bob] = [await enter("vue", { name: "Ann" }), await enter("svelte", { name: "Bob" })];
    await ann.say("before");
    await bob.hasTexts("before");
    host.halfOpen();
    const sinceMs = Date.now();
    await expect(ann.connection).toHaveText("reconnecting", { timeout: 10_000 });
    expect(Date.now() - sinceMs).toBeLessThan(10_000);
    await ann.say("while nobody heard");
    host.heal();
    await expect(ann.connection).toHaveText("connected");
    await expect(bob.connection).toHaveText("connected");
    await bob.hasTexts("before", "while nobody heard");
    // What a browser prints by itself of a handshake that nobody answered; nothing an app could keep quiet.
    expect(complaints.filter((complaint) => !complaint.includes("WebSocket connection"))).toEqual([]);
    complaints.length = 0;
  },
);

/** A browser that has its back/forward cache: Playwright turns it off unless told not to. */
async function openWithCache(launchOptions: LaunchOptions): Promise<Browser> {
  return chromium.launch({ ...launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] });
}

for (const app of APPS) {
  const title = `a page of ${app} that comes back from the back/forward cache is live within a second, with what it missed`;
  test(title, { tag: "@host" }, async ({ enter, launchOptions }) => {
    const browser = await openWithCache(launchOptions);
    const ann = await enter(app, { name: "Ann", context: await browser.newContext() });
    const bob = await enter("vanilla", { name: "Bob" });
    await ann.page.evaluate(() => {
      const status = document.querySelector<HTMLElement>('[role="status"][aria-label="Connection"]');
      addEventListener("pageshow", async ({ persisted }) => {
        const startMs = performance.now();
        while (status?.textContent?.trim() !== "connected") {
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
        Object.assign(globalThis, { cameBack: { persisted, liveMs: performance.now() - startMs } });
      });
    });
    await ann.page.goto("about:blank");
    await bob.say("while it was away");
    await expect(bob.outbox.getByRole("listitem")).toHaveCount(0);
    await ann.page.evaluate(() => history.back()).catch(() => {});
    const cameBack = () =>
      ann.page.evaluate(() => (globalThis as { cameBack?: { persisted: boolean; liveMs: number } }).cameBack);
    await expect.poll(() => cameBack().catch(() => undefined)).toMatchObject({ persisted: true });
    expect((await cameBack())?.liveMs).toBeLessThan(1_000);
    await ann.hasTexts("while it was away");
    await expect(bob.member("Ann")).toBeVisible();
    await browser.close();
  });
}

test("a page that is told to sleep, and wakes, is live within a second, with what it missed", async ({ enter }) => {
  const ann = await enter("vanilla", { name: "Ann" });
  const bob = await enter("vanilla", { name: "Bob" });
  await ann.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await expect(ann.connection).toHaveText("reconnecting");
  await bob.say("while it slept");
  await expect(bob.outbox.getByRole("listitem")).toHaveCount(0);
  const liveMs = await ann.page.evaluate(async () => {
    const status = document.querySelector<HTMLElement>('[role="status"][aria-label="Connection"]');
    const startMs = performance.now();
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    while (status?.textContent?.trim() !== "connected") {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return performance.now() - startMs;
  });
  expect(liveMs).toBeLessThan(1_000);
  await ann.hasTexts("while it slept");
  await expect(bob.member("Ann")).toBeVisible();
});
