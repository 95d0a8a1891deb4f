/**
 * Checks that the table in docs/conformance.md is what the conformance suite finds. `--write` corrects it.
 *
 * Runs the suite over every driver, unless `--report <file>` gives the JSON report of a run of all tests.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { replaceTable, toTable } from "./conformance-table.mjs";
import { pnpm } from "./pnpm.mjs";
import { root } from "./workspace.mjs";

const file = join(root, "docs", "conformance.md");

/** A driver's suite stands in a file of this name; the tests of the suite itself register no driver. */
const suites = ["test/conformance", "--exclude=**/conformance-lies.test.ts"];

function run() {
  const report = join(root, "node_modules", ".cache", "attune-conformance", "vitest.json");
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
  pnpm(["exec", "vitest", "run", "--config", "tools/vitest.config.ts", ...suites, ...reporters]);
  return report;
}

const args = process.argv.slice(2);
const given = args.indexOf("--report");
const report = given < 0 ? run() : args[given + 1];
if (report === undefined || !existsSync(report)) {
  console.error(`No report at ${report}: the run of the tests left none.`);
  process.exit(1);
}
const { table, problems } = toTable(JSON.parse(readFileSync(report, "utf8")));
const replaced = replaceTable(readFileSync(file, "utf8"), table);
if (!replaced) problems.push("docs/conformance.md has no <!-- conformance --> markers.");
// A table of failures would look like one of facts.
if (problems.length === 0 && !replaced.isCurrent) {
  if (args.includes("--write")) writeFileSync(file, replaced.text);
  else
    problems.push(
      "The table in docs/conformance.md is not what the suite finds: node tools/check-conformance-table.mjs --write",
    );
}
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
