/** What the command line asks of a soak. */
import { parseArgs } from "node:util";
import { CHAPTERS, type ChapterName, type Size } from "./chapters.js";

/** What to run, and what to do with the result. */
export interface Options extends Size {
  readonly chapters: readonly ChapterName[];
  readonly folder: string;
  readonly isJson: boolean;
  readonly isWriting: boolean;
}

const USAGE = `npm run soak -- [chapter...] [options]

  chapters: ${CHAPTERS.join(" ")} (R1, R3, R16, R13); default all
  --minutes <n>  how long "everything" lasts; below 1 the others are shorter, too. Default 10
  --seed <n>     of all that goes wrong. Default 1
  --clients <n>  default 20
  --ours         leaves Socket.IO out
  --folder <f>   where histories and scenarios are kept. Default .soak
  --json         prints one JSON object instead of tables
  --write        puts the tables into apps/bench/SOAK.md`;

/** @throws {Error} with the usage, for anything else than what it says */
export function readOptions(args: readonly string[]): Options {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        minutes: { type: "string", default: "10" },
        seed: { type: "string", default: "1" },
        clients: { type: "string", default: "20" },
        folder: { type: "string", default: ".soak" },
        ours: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
      },
    });
    const unknown = positionals.find((name) => !CHAPTERS.includes(name as ChapterName));
    if (unknown !== undefined) throw new Error(`There is no chapter "${unknown}".`);
    return {
      chapters: positionals.length > 0 ? CHAPTERS.filter((name) => positionals.includes(name)) : CHAPTERS,
      minutes: positive("minutes", values.minutes),
      seed: positive("seed", values.seed),
      clients: positive("clients", values.clients),
      folder: values.folder,
      isOursOnly: values.ours,
      isJson: values.json,
      isWriting: values.write,
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0, not "${text}".`);
  return value;
}
