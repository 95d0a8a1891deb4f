/** Checks how long the source files are: half of them under 100 code lines, none over its limit without a reason. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { codeLines } from "./code-lines.mjs";
import { foldersIn, root } from "./workspace.mjs";

const maxMedian = 100;
const maxLines = 250;
/** oxlint sees only the scripts of .svelte files; here the whole file counts. */
const maxBindingLines = 60;

/** Exceptions stand in the lint config, one a line: `{ "files": ["..."], ... "max-lines": "off" ... } // why`. */
function readExceptions() {
  const lines = readFileSync(join(root, "tools/oxlint.jsonc"), "utf8").split("\n");
  return lines.flatMap((line) => {
    const found = /^\s*,?\s*\{ "files": \["([^"]+)"\].*max-lines".*\}\s*,?\s*(?:\/\/\s*(.*))?$/.exec(line);
    return found ? [{ file: found[1].replace("**/", ""), reason: found[2] ?? "" }] : [];
  });
}

function sourceFiles() {
  return [...foldersIn("packages"), ...foldersIn("apps")].flatMap((folder) => filesBelow(`${folder}/src`));
}

function filesBelow(folder) {
  try {
    return readdirSync(join(root, folder), { recursive: true })
      .map((file) => `${folder}/${String(file).replaceAll("\\", "/")}`)
      .filter((file) => /\.(ts|mts|js|mjs|svelte|vue)$/.test(file));
  } catch {
    return [];
  }
}

const exceptions = readExceptions();
const sizes = sourceFiles()
  .map((file) => ({ file, lines: codeLines(file, readFileSync(join(root, file), "utf8")) }))
  .sort((a, b) => a.lines - b.lines);
const median = sizes[Math.floor(sizes.length / 2)]?.lines ?? 0;
const longest = sizes.at(-1);
const problems = exceptions
  .filter(({ reason }) => reason === "")
  .map(({ file }) => `tools/oxlint.jsonc: the exception for ${file} gives no reason.`);
if (median >= maxMedian) problems.push(`The median is ${median} code lines; it must be under ${maxMedian}.`);
for (const { file, lines } of sizes) {
  const limit = /^packages\/(vue|svelte)\/src\//.test(file) ? maxBindingLines : maxLines;
  const isListed = exceptions.some((exception) => exception.file === file);
  if (lines > limit && !isListed) problems.push(`${file} has ${lines} code lines; ${limit} are allowed.`);
}

console.log(
  `${sizes.length} source files: median ${median} code lines, longest ${longest?.lines ?? 0} (${longest?.file ?? "none"}).`,
);
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
