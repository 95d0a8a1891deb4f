/**
 * Takes pictures of the demo with a lively room: `node screenshots.mjs` writes docs/demo.png for the README.
 *
 * `node screenshots.mjs <folder>` writes all of them there: front page and apps, light and dark, desktop and phone.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium, expect } from "@playwright/test";
import { findChromium } from "./find-chromium.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const [folder] = process.argv.slice(2);

const room = "studio";

const desktop = { width: 1440, height: 860 };
const phone = { width: 390, height: 844 };

/** Keys of guests whose colours go well together: a colour comes from the id, and the id from the key. */
const keys = {
  vue: "000000000000000000000006d6972615",
  svelte: "000000000000000000006a6f6e61733b",
  vanilla: "00000000000000000000000006164614",
};
const kofiKeys = { vue: "00000000000000000000006b6f666949" };
const yukiKeys = { svelte: "0000000000000000000000079756b69e" };

async function newPage(browser, guestKeys, contextOptions) {
  const context = await browser.newContext(contextOptions);
  await context.addInitScript((known) => {
    for (const [app, key] of Object.entries(known)) {
      localStorage[`attune-demo:${app}`] ??= JSON.stringify({ key });
    }
  }, guestKeys);
  return context.newPage();
}

async function startHost() {
  const child = spawn(process.execPath, [join(here, "../server/dist/main.mjs")], {
    env: { ...process.env, PORT: "0", DATA_DIR: "" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return { url: line.replace("Attune demo: ", ""), stop: () => child.kill() };
}

/** The controls of a room, on a page or in a frame of one. */
function controlsOf(within) {
  return {
    name: within.getByRole("textbox", { name: "Your name" }),
    message: within.getByRole("textbox", { name: "Message", exact: true }),
    connection: within.getByRole("status", { name: "Connection" }),
    members: within.getByRole("list", { name: "Members" }),
    typing: within.getByRole("status", { name: "Typing" }),
    cursors: within.locator(".cursor"),
    log: within.getByRole("log"),
  };
}

async function rename(controls, name) {
  await expect(controls.connection).toHaveText("connected");
  await controls.name.fill(name);
  await controls.name.press("Enter");
  await expect(controls.members).toContainText(name);
  await expect(controls.connection).toHaveText("connected");
}

async function say(controls, text) {
  await controls.message.fill(text);
  await controls.message.press("Enter");
  await expect(controls.log).toContainText(text);
}

/** Somebody at another desk: one who points at things. */
async function guest(browser, url, app, name, guestKeys) {
  const page = await newPage(browser, guestKeys, { viewport: { width: 460, height: 700 } });
  await page.goto(`${url}/${app}/?room=${room}`);
  const controls = controlsOf(page);
  await rename(controls, name);
  return { ...controls, point: (x, y) => page.mouse.move(x * 460, y * 700) };
}

async function takeAll(browser, url, { colorScheme, viewport, take }) {
  const page = await newPage(browser, keys, { colorScheme, viewport, deviceScaleFactor: 2 });
  await page.goto(`${url}/?room=${room}`);
  const frames = page.locator("iframe");
  const [vue, svelte, vanilla] = [0, 1, 2].map((index) => controlsOf(frames.nth(index).contentFrame()));
  await rename(vue, "Mira Okafor");
  await rename(svelte, "Jonas Lind");
  await rename(vanilla, "Ada Park");
  const kofi = await guest(browser, url, "vue", "Kofi", kofiKeys);
  const yuki = await guest(browser, url, "svelte", "Yuki Tan", yukiKeys);

  await say(vue, "Morning! Is everybody in tune?");
  await say(svelte, "In the Svelte app, loud and clear.");
  await say(vanilla, "No framework over here, same room.");
  await say(vanilla, "Same order of messages too.");
  await say(kofi, "My train goes into a tunnel now, let us see.");
  await say(svelte, "Whatever you write in there arrives once you are out.");
  await say(vue, "Once, and in order. I checked.");

  await kofi.point(0.3, 0.3);
  await yuki.point(0.6, 0.52);
  for (const frame of [vue, svelte, vanilla]) await expect(frame.cursors).toHaveCount(2);
  await take("calm", page);

  // By keyboard: the pointer stays where it is.
  await frames.nth(2).contentFrame().getByRole("button", { name: "Go offline" }).press("Enter");
  await expect(frames.nth(2).contentFrame().getByText("You are offline.")).toBeVisible();
  await say(vanilla, "I am in the tunnel, and write on.");
  await say(vanilla, "Nothing gets lost.");
  await yuki.message.pressSequentially("Looks ");
  await expect(vue.typing).not.toHaveText("");
  await take("lively", page);
}

/** One picture, with a host and a browser of its own: the room begins empty. */
async function shoot(options, { name, to, moods, ...look }) {
  const host = await startHost();
  const browser = await chromium.launch(options);
  try {
    await takeAll(browser, host.url, {
      ...look,
      async take(mood, page) {
        if (!moods.includes(mood)) return;
        const path = join(to, `${name}${moods.length > 1 ? `-${mood}` : ""}.png`);
        await page.screenshot({ path, fullPage: look.viewport === phone });
        console.log(path);
      },
    });
  } finally {
    await browser.close();
    host.stop();
  }
}

const options = await findChromium();
if (!options) throw new Error("No Chromium starts here: set CHROMIUM_PATH.");
const to = folder ?? join(here, "../../docs");
mkdirSync(to, { recursive: true });
if (folder) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [device, viewport] of Object.entries({ desktop, phone })) {
      await shoot(options, { name: `${device}-${colorScheme}`, to, moods: ["calm", "lively"], colorScheme, viewport });
    }
  }
} else {
  await shoot(options, { name: "demo", to, moods: ["lively"], colorScheme: "light", viewport: desktop });
}
