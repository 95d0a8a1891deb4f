/** Size budgets: what an app downloads, bundled, minified and compressed with brotli. Names are used by README numbers. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./workspace.mjs";

const dist = (name, entry = "index") => join(root, "packages", name, "dist", `${entry}.js`);

/** Only the composables (`useX`) of a binding: its components count for those who import them. */
function composablesOf(name) {
  const file = dist(name);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const names = new Set(text.match(/\buse[A-Z]\w*/g) ?? []);
  const exported = [...names].filter((each) => new RegExp(`export\\s*\\{[^}]*\\b${each}\\b[^}]*\\}`).test(text)).sort();
  return exported.length > 0 ? `{ ${exported.join(", ")} }` : "*";
}

/** Without this esbuild would follow the `paths` of tsconfig.base.json, and measure source instead of what is published. */
function asPublished(config) {
  return { ...config, tsconfigRaw: {} };
}

/** esbuild knows neither components nor styles, and a composable needs none of them. */
function withoutComponents(config) {
  return { ...asPublished(config), loader: { ...config.loader, ".svelte": "empty", ".css": "empty" } };
}

export default [
  // The aim is 7 kB. What is here is held, so that it only gets smaller.
  {
    name: "core",
    path: dist("core"),
    import: "{ createRealtime }",
    limit: "12.85 kB",
    modifyEsbuildConfig: asPublished,
  },
  { name: "core, every export", path: dist("core"), import: "*", limit: "16 kB", modifyEsbuildConfig: asPublished },
  // Who keeps the outbox has core, and the protocol with it.
  {
    name: "core/indexeddb",
    path: dist("core", "indexeddb"),
    import: "{ indexedDb }",
    ignore: ["@attune/protocol"],
    limit: "4.45 kB",
    modifyEsbuildConfig: asPublished,
  },
  {
    name: "core/quality",
    path: dist("core", "quality"),
    import: "{ connectionQuality }",
    ignore: ["@attune/protocol", "nanostores"],
    limit: "0.75 kB",
    modifyEsbuildConfig: asPublished,
  },
  {
    name: "core/activity",
    path: dist("core", "activity"),
    import: "{ followActivity }",
    ignore: ["@attune/protocol", "nanostores"],
    limit: "0.9 kB",
    modifyEsbuildConfig: asPublished,
  },
  {
    name: "core/storage",
    path: dist("core", "storage"),
    import: "{ memoryStorage }",
    ignore: ["@attune/protocol"],
    limit: "1.3 kB",
    modifyEsbuildConfig: asPublished,
  },
  // What sharing adds for who has core.
  {
    name: "core/tabs",
    path: dist("core", "tabs"),
    import: "{ sharedTabs }",
    ignore: ["@attune/protocol", "nanostores"],
    limit: "5.85 kB",
    modifyEsbuildConfig: asPublished,
  },
  // What shared state adds for who has core; immer is most of it.
  {
    name: "core/state",
    path: dist("core", "state"),
    import: "{ sharedState }",
    ignore: ["@attune/protocol", "nanostores"],
    limit: "5.7 kB",
    modifyEsbuildConfig: asPublished,
  },
  {
    name: "socketio",
    path: dist("socketio"),
    import: "*",
    ignore: ["socket.io-client"],
    limit: "5.4 kB",
    modifyEsbuildConfig: asPublished,
  },
  // The aim is 3 kB. Who has a driver has core, and the protocol with it.
  {
    name: "supabase",
    path: dist("supabase"),
    import: "{ supabase }",
    ignore: ["@attune/core", "@attune/protocol", "@supabase/supabase-js"],
    limit: "3.55 kB",
    modifyEsbuildConfig: asPublished,
  },
  {
    name: "vue",
    path: dist("vue"),
    import: composablesOf("vue"),
    ignore: ["vue", "@attune/core"],
    limit: "1 kB",
    modifyEsbuildConfig: withoutComponents,
  },
  {
    name: "svelte",
    path: dist("svelte"),
    import: composablesOf("svelte"),
    ignore: ["svelte", "@attune/core"],
    limit: "1 kB",
    modifyEsbuildConfig: withoutComponents,
  },
];
