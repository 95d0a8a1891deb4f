/**
 * `pnpm check`: everything CI runs. Goes on after a failure, so that one run shows all of them.
 *
 * `--static` leaves the tests out. Names of steps run only those: `pnpm check lint deps`.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { install, pnpm } from "./pnpm.mjs";
import { root } from "./workspace.mjs";

const node =
  (...args) =>
  () =>
    spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
const tool =
  (...args) =>
  () =>
    pnpm(["exec", ...args]);
const turbo = (...tasks) => tool("turbo", "run", ...tasks, "--output-logs=errors-only", "--continue");

const steps = {
  lint: tool("oxlint", "-c", "tools/oxlint.jsonc", "--quiet"),
  format: tool("biome", "format", "--config-path=tools/format.jsonc"),
  "file-sizes": node("tools/check-file-sizes.mjs"),
  deps: tool("depcruise", "--config", "tools/dependency-cruiser.mjs", "packages", "apps"),
  sherif: tool("sherif"),
  build: turbo("build"),
  typecheck: turbo("typecheck"),
  // After the build: what SvelteKit generates is part of what its app imports.
  knip: tool("knip", "--config", "tools/knip.jsonc", "--no-config-hints"),
  "typecheck-tools": tool("tsc", "-p", "tools"),
  examples: node("tools/check-examples.mjs"),
  "test:package": turbo("test:package"),
  size: node("tools/check-readme-numbers.mjs"),
  tests: node("tools/test.mjs"),
  // What the tests of this very run left behind; on its own, it runs the suites itself.
  conformance: () =>
    node("tools/check-conformance-table.mjs", ...(names.includes("tests") ? ["--report", report] : []))(),
};

const report = join(root, "node_modules", ".cache", "attune-tests", "vitest.json");
const withTests = ["tests", "conformance"];
const args = process.argv.slice(2);
const asked = args.filter((arg) => arg !== "--static");
const unknown = asked.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(", ")}. Steps: ${Object.keys(steps).join(", ")}`);
  process.exit(2);
}
const names =
  asked.length > 0
    ? asked
    : Object.keys(steps).filter((name) => !withTests.includes(name) || !args.includes("--static"));

install();
const failed = [];
for (const name of names) {
  console.log(`\n--- ${name}`);
  if (steps[name]() !== 0) failed.push(name);
}
console.log(failed.length > 0 ? `\nFailed: ${failed.join(", ")}` : `\nAll fine: ${names.join(", ")}`);
process.exit(failed.length > 0 ? 1 : 0);
