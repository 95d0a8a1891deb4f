/**
 * Type-checks every example that users read: the ```ts blocks of README files and of docstrings.
 *
 * Each becomes a file of its own beside the package that it is about, so that it resolves imports as a user's file would.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { foldersIn, root } from "./workspace.mjs";

const BLOCK = /^( *(?:\* ?)?)```ts\n([\s\S]*?)^ *(?:\* ?)?```$/gm;
const compilerOptions = {
  lib: ["es2022", "dom", "dom.iterable"],
  types: ["node"],
  isolatedDeclarations: false,
  noPropertyAccessFromIndexSignature: false,
};
const SHIMS = ["svelte", "vue"]
  .map(
    (kind) =>
      `declare module "*.${kind}" { const component: import("${kind}").Component; export default component; }\n`,
  )
  .join("");

/** The examples in a text, each with the line it begins on. */
function examplesIn(text) {
  return [...text.matchAll(BLOCK)].map(({ 1: margin, 2: body, index }) => ({
    line: text.slice(0, index).split("\n").length + 1,
    code: body
      .split("\n")
      .map((line) => (margin.includes("*") ? line.replace(/^ *\* ?/, "") : line))
      .join("\n"),
  }));
}

function sourcesOf(folder) {
  const src = join(root, folder, "src");
  const files = existsSync(src) ? readdirSync(src, { recursive: true }).map((name) => join(src, String(name))) : [];
  return [join(root, folder, "README.md"), ...files.filter((file) => /\.(ts|svelte)$/.test(file))].filter(existsSync);
}

function check(folder, sources) {
  const examples = sources.flatMap((source) =>
    examplesIn(readFileSync(source, "utf8")).map(({ line, code }) => ({
      origin: `${relative(root, source)}:${line}`,
      code,
    })),
  );
  // Declaration merging reaches every file of a program, so an example that does it gets one to itself.
  const merging = examples.filter(({ code }) => code.includes("declare module"));
  const others = examples.filter((example) => !merging.includes(example));
  const programs = [others, ...merging.map((example) => [example])].filter(({ length }) => length);
  return { count: examples.length, isFine: programs.map((program) => compile(folder, program)).every(Boolean) };
}

function compile(folder, examples) {
  const at = join(root, folder, ".examples");
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at);
  // With an export, top-level await and names that others use too are fine: every example is a module.
  examples.forEach(({ code }, index) => writeFileSync(join(at, `example-${index}.ts`), `${code}\nexport {};\n`));
  writeFileSync(join(at, "shims.d.ts"), SHIMS);
  const config = { extends: join(root, "tsconfig.base.json"), compilerOptions, include: ["*.ts"] };
  writeFileSync(join(at, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", at, "--pretty", "false"], {
    cwd: at,
    encoding: "utf8",
  });
  rmSync(at, { recursive: true, force: true });
  if (status !== 0) console.log(stdout.replace(/example-(\d+)\.ts/g, (_, index) => examples[index].origin));
  return status === 0;
}

const results = foldersIn("packages").map((folder) => check(folder, sourcesOf(folder)));
// The README of the whole is about all packages; what it imports besides, core has for its tests.
results.push(check("packages/core", [join(root, "README.md")]));
console.log(`${results.reduce((sum, { count }) => sum + count, 0)} examples type-checked`);
process.exit(results.every(({ isFine }) => isFine) ? 0 : 1);
