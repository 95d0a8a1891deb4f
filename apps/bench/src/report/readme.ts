/** Keeps the results of a run in the README. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const BEGIN = "<!-- results -->";
const END = "<!-- /results -->";

/** Puts the text between the marks of a document of this app, in place of what stands there. */
export function writeReadme(results: string, name = "README.md"): void {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
  const text = readFileSync(file, "utf8");
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${name} lacks ${BEGIN} and ${END}.`);
  writeFileSync(file, `${text.slice(0, begin + BEGIN.length)}\n${results}\n${text.slice(end)}`);
}
