/** Keeps the results of a run in a document of this app. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where results stand. */
export interface Place {
  readonly document: "README.md" | "SOAK.md";
  /** Which results, in a document that keeps several. */
  readonly part?: string;
}

/** Puts the text between its marks, in place of what stands there. */
export function writeResults(results: string, { document, part }: Place): void {
  const mark = part === undefined ? "results" : `results: ${part}`;
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const file = fileURLToPath(new URL(`../${document}`, import.meta.url));
  const text = readFileSync(file, "utf8");
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${document} lacks ${begin} and ${end}.`);
  writeFileSync(file, `${text.slice(0, from + begin.length)}\n${results}\n${text.slice(to)}`);
}
