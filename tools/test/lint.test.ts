/** Proves that each lint rule the house style relies on can fail. */
import { expect, test } from "vitest";
import { runIn, withFixture } from "./fixture.ts";

/** What the linter says about one file: `rule: message`, one each. */
function lint(path: string, text: string): string[] {
  const args = ["-c", "tools/oxlint.jsonc", "-f", "json", "--quiet"];
  const run = (folder: string) => runIn(folder, "oxlint/bin/oxlint", args);
  const { output } = withFixture(["tools/oxlint.jsonc"], { [path]: text }, run);
  const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; message: string }[] };
  return diagnostics.map(({ code, message }) => `${code}: ${message}`);
}

/** Lines of code with a blank line and a comment after each. */
function linesOfCode(count: number): string {
  return Array.from({ length: count }, (_, n) => `export const a${n} = ${n};\n\n// a comment\n`).join("");
}

test("a file of 250 code lines passes, and one of 251 fails", () => {
  expect(lint("packages/core/src/long.ts", linesOfCode(250))).toEqual([]);
  expect(lint("packages/core/src/long.ts", linesOfCode(251))).toEqual([expect.stringContaining("max-lines")]);
});

test.each(["vue", "svelte"])("a binding file in %s of 60 code lines passes, and one of 61 fails", (name) => {
  expect(lint(`packages/${name}/src/long.ts`, linesOfCode(60))).toEqual([]);
  expect(lint(`packages/${name}/src/long.ts`, linesOfCode(61))).toEqual([expect.stringContaining("max-lines")]);
});

const worldly = [
  "new Date()",
  "performance.now()",
  "setTimeout(() => {}, 1)",
  "setInterval(() => {}, 1)",
  "queueMicrotask(() => {})",
  "crypto.randomUUID()",
  'console.log("")',
  "window.name",
  "document.title",
  "navigator.onLine",
  "localStorage.length",
  "globalThis.setTimeout(() => {}, 1)",
];

test.each(["core", "socketio", "server", "protocol", "vue", "svelte"])("%s may not touch the world", (name) => {
  const text = worldly.map((code, n) => `export const a${n} = ${code};\n`).join("");
  const found = lint(`packages/${name}/src/worldly.ts`, text);
  expect(found).toHaveLength(worldly.length);
  expect(found.every((each) => each.includes("no-restricted-globals"))).toBe(true);
});

test("Math.random is injected as well", () => {
  const found = lint("packages/core/src/chance.ts", "export const a = Math.random();\n");
  expect(found).toEqual([expect.stringContaining("no-restricted-properties")]);
});

test.each(["env", "env-node"])("a file in %s/ may touch the world", (folder) => {
  const text = worldly.map((code, n) => `export const a${n} = ${code};\n`).join("");
  expect(lint(`packages/core/src/${folder}/world.ts`, `${text}export const a = Math.random();\n`)).toEqual([]);
});

test("a svelte component is held to the same", () => {
  const found = lint("packages/svelte/src/Box.svelte", '<script lang="ts">document.title = "x";</script>\n<p>x</p>\n');
  expect(found).toEqual([expect.stringContaining("no-restricted-globals")]);
});

test("any is refused everywhere", () => {
  const found = lint("apps/vanilla/src/main.ts", "export const a = (value: any) => String(value);\n");
  expect(found).toEqual([expect.stringContaining("no-explicit-any")]);
});

test("default exports are refused in the source of packages, not in a framework's config", () => {
  expect(lint("packages/core/src/a.ts", "export default 1;\n")).toEqual([expect.stringContaining("no-default-export")]);
  expect(lint("packages/core/vitest.config.ts", "export default 1;\n")).toEqual([]);
});

test("an enum is refused by the compiler", () => {
  const files = {
    "tsconfig.json": '{ "extends": "./tsconfig.base.json", "files": ["a.ts"] }',
    "a.ts": "export enum Colour { Red }\n",
  };
  const run = (folder: string) => runIn(folder, "typescript/bin/tsc", ["-p", "."]);
  const { status, output } = withFixture(["tsconfig.base.json"], files, run);
  expect(status).not.toBe(0);
  expect(output).toContain("TS1294");
});
