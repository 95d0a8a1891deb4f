/** Keeps the results of a run in the README. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const BEGIN = "<!-- results -->";
const END = "<!-- /results -->";

/** Puts the text between the marks, in place of what stands there. */
export function writeReadme(results: string): void {
  const file = fileURLToPath(new URL("../README.md", import.meta.url));
  const text = readFileSync(file, "utf8");
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md lacks ${BEGIN} and ${END}.`);
  writeFileSync(file, `${text.slice(0, begin + BEGIN.length)}\n${results}\n${text.slice(end)}`);
}
