/** The examples of the README's first screen, cut out of it and run: a real server, a real bundler, a real browser. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createNetServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import vue from "@vitejs/plugin-vue";
import { createServer, type ViteDevServer } from "vite";

const here = join(import.meta.dirname, "..");
// One for each worker: two of them may run this at the same time.
const folder = join(here, ".readme", process.env["TEST_PARALLEL_INDEX"] ?? "0");
const readme = readFileSync(join(here, "../../README.md"), "utf8");

/** The first fenced block with this info string. */
function example(info: string): string {
  const found = new RegExp(`\`\`\`${info}\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (!found) throw new Error(`README.md has no \`\`\`${info} block.`);
  return found;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createNetServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

const page = (script: string): string => `<!doctype html><div id="app"></div><script type="module">${script}</script>`;

const PAGES = {
  vue: page(`import { createApp } from "vue"; import { realtimePlugin } from "@attune/vue"; import { realtime } from "./realtime.js";
    import App from "./App.vue"; createApp(App).use(realtimePlugin(realtime)).mount("#app");`),
  svelte: page(
    `import { mount } from "svelte"; import Root from "./Root.svelte"; mount(Root, { target: document.getElementById("app") });`,
  ),
  vanilla: page(`import "./vanilla.js";`),
};

const ROOT = `<script>import { provideRealtime } from "@attune/svelte"; import { realtime } from "./realtime.js"; import App from "./App.svelte";
provideRealtime(realtime);</script><App />`;

let server: ChildProcess;
let vite: ViteDevServer;
let url = "";

test.beforeAll(async () => {
  const port = `${await freePort()}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = {
    "server.mjs": example("js server").replace("3000", port),
    "realtime.js": example("js realtime").replace("3000", port),
    "vanilla.js": example("js vanilla"),
    "App.vue": example("vue"),
    "App.svelte": example("svelte"),
    "Root.svelte": ROOT,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  for (const [name, text] of Object.entries(PAGES)) writeFileSync(join(folder, `${name}.html`), text);
  server = spawn(process.execPath, ["server.mjs"], { cwd: folder, stdio: "inherit" });
  vite = await createServer({
    root: folder,
    configFile: false,
    logLevel: "error",
    cacheDir: join(folder, ".vite"),
    plugins: [vue(), svelte({ configFile: false })],
    server: { host: "127.0.0.1", port: await freePort(), strictPort: true },
  });
  await vite.listen();
  url = vite.resolvedUrls?.local[0] ?? "";
});

test.afterAll(async () => {
  await vite.close();
  server.kill();
  rmSync(folder, { recursive: true, force: true });
});

test("the README's examples for Vue, Svelte and plain JavaScript talk to its server and to each other", {
  tag: "@host",
}, async ({ browser }) => {
  const open = async (name: keyof typeof PAGES) => {
    const tab = await browser.newPage();
    await tab.goto(`${url}${name}.html`);
    return tab;
  };
  const tabs = [await open("vanilla"), await open("vue"), await open("svelte")] as const;
  for (const tab of tabs) await expect(tab.getByText("Hi from JavaScript")).toBeVisible({ timeout: 20_000 });
  await tabs[1].getByRole("button", { name: "Say hi" }).click();
  await tabs[2].getByRole("button", { name: "Say hi" }).click();
  for (const tab of tabs) {
    await expect(tab.getByText("Hi from Vue")).toHaveCount(1);
    await expect(tab.getByText("Hi from Svelte")).toHaveCount(1);
  }
  for (const tab of tabs) await tab.close();
});
