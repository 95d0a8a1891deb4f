/**
 * `npm test`: sets everything up, runs every test of every runner, and ends with one line: `N passed, N failed, N skipped`.
 *
 * With `ATTUNE_NO_SKIP=1` a skipped test is a failure. `--no-e2e` leaves the browser tests out.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { install, pnpm, setUp } from "./pnpm.mjs";
import { countPlaywright, countVitest, sum } from "./test-counts.mjs";
import { root } from "./workspace.mjs";

const reports = join(root, "node_modules", ".cache", "attune-tests");
const e2eFolder = join(root, "apps", "e2e");

/** Runs a test runner that writes a JSON report; without one, the run itself counts as a failure. */
function run(args, report, count, env = {}) {
  rmSync(report, { force: true });
  const status = pnpm(args, { env });
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const counts = count(JSON.parse(readFileSync(report, "utf8")));
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function runVitest() {
  const report = join(reports, "vitest.json");
  const args = ["exec", "vitest", "run", "--config", "tools/vitest.config.ts", "--reporter=default", "--reporter=json"];
  return run([...args, `--outputFile.json=${report}`], report, countVitest);
}

function runPlaywright(args, report, env) {
  const all = ["--filter", "@attune-demo/e2e", "exec", "playwright", "test", ...args];
  return run(all, report, countPlaywright, { PLAYWRIGHT_JSON_OUTPUT_NAME: report, ...env });
}

async function runE2e() {
  const hasTests = existsSync(e2eFolder) && readdirSync(e2eFolder, { recursive: true }).some(isSpec);
  if (!hasTests) return { passed: 0, failed: 0, skipped: 0 };
  setUp();
  const { findChromium } = await import("../apps/e2e/find-chromium.mjs");
  const found = await findChromium();
  const report = join(reports, "playwright.json");
  if (found) return runPlaywright(["--reporter=list,json"], report, { ATTUNE_CHROMIUM: JSON.stringify(found) });

  const listed = runPlaywright(["--list", "--reporter=json"], report, { ATTUNE_CHROMIUM: "{}" });
  console.log(
    "Browser tests skipped: no Chromium starts here. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH.",
  );
  return { passed: 0, failed: 0, skipped: Math.max(1, sum([listed]).total) };
}

function isSpec(file) {
  return String(file).endsWith(".spec.ts") && !String(file).includes("node_modules");
}

install();
mkdirSync(reports, { recursive: true });
const { passed, failed, skipped } = sum([runVitest(), process.argv.includes("--no-e2e") ? {} : await runE2e()]);
const skipFails = process.env["ATTUNE_NO_SKIP"] === "1" && skipped > 0;
if (skipFails) console.log("ATTUNE_NO_SKIP=1: a skipped test counts as a failure of this run.");
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || skipFails || passed === 0 ? 1 : 0);
