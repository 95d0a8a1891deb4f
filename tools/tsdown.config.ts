/** How every package but svelte is built: one ESM file and one `.d.ts` for each entry in its `exports`. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { defineConfig } from "tsdown";
import { root, sourceEntriesOf } from "./workspace.mjs";

const folder = `packages/${basename(process.cwd())}`;
const entries = Object.values(sourceEntriesOf(folder)).map((file: string) => join(root, file));

export default defineConfig({
  // An entry that package.json promises and nobody has written yet is left out here; `publint` reports it.
  entry: entries.filter((file) => existsSync(file)),
  cwd: process.cwd(),
  outDir: "dist",
  platform: "neutral",
  target: "es2022",
  fixedExtension: false,
  dts: true,
  copy: existsSync("src/style.css") ? ["src/style.css"] : [],
});
