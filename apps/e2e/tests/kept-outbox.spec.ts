/** Messages that outlive their page, in a real browser: killed renderers and browsers, reloads, tabs. One bare page, a real server. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createRealtime, type Realtime } from "@attune/core";
import { createRealtimeServer } from "@attune/server";
import { socketio } from "@attune/socketio";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { build } from "vite";
import type { Kept } from "./kept-page.ts";

const here = join(import.meta.dirname, "..");
const CHANNEL = "public:log";

let folder = "";
let url = "";
let http: Server;
let realtime: ReturnType<typeof createRealtimeServer>;
let reader: Realtime;
const delivered = new Map<string, string[]>();

test.beforeAll(async () => {
  folder = mkdtempSync(join(here, ".kept-"));
  writeFileSync(join(folder, "index.html"), `<script type="module" src="../tests/kept-page.ts"></script>`);
  const outDir = join(folder, "out");
  await build({ root: folder, configFile: false, logLevel: "error", build: { outDir, modulePreload: false } });
  http = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    response.setHeader("content-type", path === "/" ? "text/html" : "text/javascript");
    try {
      response.end(readFileSync(join(outDir, path === "/" ? "index.html" : path)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  url = `http://localhost:${(http.address() as AddressInfo).port}`;
  realtime = createRealtimeServer({ canAccessChannel: () => true, origins: ["*"], limits: { messagesPerMinute: 0 } });
  realtime.attach(http);
  reader = createRealtime({ driver: socketio(url) });
  reader.subscribe(CHANNEL, "said", ({ data }) => {
    const { test: name, text } = data as { test: string; text: string };
    delivered.set(name, [...(delivered.get(name) ?? []), text]);
  });
  await reader.connect();
});

test.afterAll(async () => {
  reader.dispose();
  await realtime.close();
  http.close();
  rmSync(folder, { recursive: true, force: true });
});

const titled = () => test.info().titlePath.join(" ");
const texts = () => delivered.get(titled()) ?? [];

/** Opens the page. Offline is what the app says the network is: the page itself must load. */
async function open(context: BrowserContext, params: Record<string, string> = {}): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${url}/?${new URLSearchParams({ test: titled(), ...params })}`);
  await page.waitForFunction(() => "kept" in globalThis);
  return page;
}

const inPage = <T>(page: Page, work: (kept: Kept) => T): Promise<T> =>
  page.evaluate(`(${work})(globalThis.kept)`) as Promise<T>;

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `${from + index}`);

test("three messages written offline, the renderer killed, the page opened again: each is delivered once, in order", {
  tag: "@host",
}, async ({ context }) => {
  const page = await open(context, { offline: "yes" });
  await inPage(page, (kept) => kept.write(0, 3));
  const crashed = new Promise((resolve) => page.once("crash", resolve));
  const session = await context.newCDPSession(page);
  session.send("Page.crash").catch(() => {});
  await crashed;
  await page.close();
  await open(context);
  await expect.poll(texts).toEqual(["0", "1", "2"]);
  // What a third page adopts goes before what it writes.
  const again = await open(context);
  await inPage(again, (kept) => kept.write(3, 4));
  await expect.poll(texts).toEqual(["0", "1", "2", "3"]);
});

test("a renderer that is killed before publish() has given the page back to its event loop: nothing is lost", {
  tag: "@host",
}, async ({ context, browser }) => {
  const page = await open(context, { offline: "yes" });
  await inPage(page, (kept) => kept.ready());
  const crashed = new Promise((resolve) => page.once("crash", resolve));
  const stuck = new Promise((resolve) => http.on("request", ({ url: path }) => path === "/stuck" && resolve(path)));
  inPage(page, (kept) => {
    kept.write(0, 3);
    const request = new XMLHttpRequest();
    request.open("GET", "/stuck", false);
    request.send();
    for (;;);
  }).catch(() => {});
  await stuck;
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  for (const { type, id } of processInfo) if (type === "renderer") process.kill(id, "SIGKILL");
  await crashed;
  await page.close();
  await open(context);
  await expect.poll(texts).toEqual(["0", "1", "2"]);
});

test("the whole browser killed, and started again with its profile: nothing is lost", { tag: "@host" }, async ({
  playwright,
  launchOptions,
}) => {
  const profile = mkdtempSync(join(folder, "profile-"));
  const launch = () => playwright.chromium.launchPersistentContext(profile, launchOptions);
  const first = await launch();
  const page = await open(first, { offline: "yes" });
  await inPage(page, (kept) => kept.write(0, 3));
  await page.waitForFunction(() => (globalThis as unknown as { kept: Kept }).kept.areKept());
  const gone = new Promise((resolve) => first.once("close", resolve));
  const session = await first.newCDPSession(page);
  session.send("Browser.crash" as never).catch(() => {});
  await gone;
  const second = await launch();
  await open(second);
  await expect.poll(texts).toEqual(["0", "1", "2"]);
  await second.close();
});

for (const network of ["offline", "online"] as const) {
  test(`50 reloads in the middle of publishing, ${network}, with room for all: 200 of 200 once and in order`, {
    tag: "@host",
  }, async ({ context }) => {
    test.slow();
    const page = await open(context, {
      max: "500",
      reloads: "50",
      each: "4",
      offline: network === "offline" ? "yes" : "",
    });
    await page.waitForURL(/done/, { timeout: 80_000 });
    await page.close();
    await open(context, { max: "500" });
    await expect.poll(() => texts().length).toBeGreaterThanOrEqual(200);
    expect(texts()).toEqual(numbers(0, 200));
  });
}

test("50 reloads with the default room for 100: 100 are delivered, 100 told as dropped, and none is silent", {
  tag: "@host",
}, async ({ context }) => {
  test.slow();
  const page = await open(context, { reloads: "50", each: "4", offline: "yes" });
  await page.waitForURL(/done/, { timeout: 80_000 });
  await page.close();
  const last = await open(context);
  await expect.poll(() => texts().length).toBeGreaterThanOrEqual(100);
  expect(texts()).toEqual(numbers(100, 200));
  // A page that is reloaded within milliseconds of a failure leaves it to the next one to be told again.
  const told = new Map(await inPage(last, (kept) => kept.failed()));
  expect([...told]).toEqual(numbers(0, 100).map((text) => [text, "overflow"]));
});

test("two tabs write, one of them ends: each message is sent by one of them", { tag: "@host" }, async ({ context }) => {
  const [one, two] = [await open(context, { offline: "yes" }), await open(context, { offline: "yes" })];
  await inPage(one, (kept) => kept.write(0, 20));
  await inPage(two, (kept) => kept.write(20, 40));
  await one.close();
  const third = await open(context, { offline: "yes" });
  for (const page of [two, third]) await inPage(page, (kept) => kept.goOnline());
  await expect.poll(() => texts().length).toBe(40);
  expect([...texts()].sort((a, b) => Number(a) - Number(b))).toEqual(numbers(0, 40));
  const sent = [...(await inPage(two, (kept) => kept.sent())), ...(await inPage(third, (kept) => kept.sent()))];
  expect(sent.length).toBe(40);
});

test("a message is on disk 50 ms after publish() at most", { tag: "@host" }, async ({ context }) => {
  const page = await open(context, { offline: "yes" });
  await inPage(page, (kept) => kept.ready());
  const times = (await inPage(page, (kept) => kept.timeWrites(100))).sort((a, b) => a - b);
  const description = `p50 ${times[49]?.toFixed(1)} ms, p99 ${times[98]?.toFixed(1)} ms`;
  test.info().annotations.push({ type: "on disk", description });
  expect(times[94]).toBeLessThan(50);
});
