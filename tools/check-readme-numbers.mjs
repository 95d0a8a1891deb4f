/**
 * Checks that the sizes which README files promise are the sizes measured: `<!-- size:core -->6.8 kB<!-- /size -->`.
 *
 * Fails as well when a budget of tools/size-limit.mjs is exceeded. `--write` corrects the numbers. Needs a build.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaceSizes, toKb } from "./readme-numbers.mjs";
import { foldersIn, root } from "./workspace.mjs";

function measure() {
  const bin = join(root, "node_modules/size-limit/bin.js");
  const args = [bin, "--json", "--config", "tools/size-limit.mjs"];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  try {
    return JSON.parse(stdout);
  } catch {
    console.error(`size-limit failed.\n${stdout}${stderr}`);
    process.exit(1);
  }
}

const measured = measure();
const sizes = Object.fromEntries(measured.map(({ name, size }) => [name, toKb(size)]));
const problems = [];
for (const { name, size, passed, sizeLimit } of measured) {
  console.log(`${name}: ${size} B (${sizes[name]}), budget ${sizeLimit} B`);
  if (!passed) problems.push(`${name} is ${size} bytes; its budget in tools/size-limit.mjs is ${sizeLimit}.`);
}

const isWriting = process.argv.includes("--write");
for (const folder of [".", ...foldersIn("packages")]) {
  const file = join(root, folder, "README.md");
  if (!existsSync(file)) continue;
  const { text, wrong } = replaceSizes(readFileSync(file, "utf8"), sizes);
  if (isWriting) writeFileSync(file, text);
  for (const each of wrong)
    if (!isWriting || each.unknown) problems.push(`${join(folder, "README.md")}: ${each.message}`);
}

for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
