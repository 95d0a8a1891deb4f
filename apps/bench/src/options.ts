/** What the command line asks for. */
import { parseArgs } from "node:util";

/** The parts of the benchmark, in the order in which they run. */
const PARTS = ["sizes", "fan-out", "latency", "cursors", "presence"] as const;

export type PartName = (typeof PARTS)[number];

/** What to run, and how long. */
export interface Options {
  /** What asks for the same again. */
  readonly command: string;
  readonly parts: readonly PartName[];
  /** Prints one JSON object instead of tables. */
  readonly isJson: boolean;
  /** Puts the tables into the README as well, in place of those of the same parts. */
  readonly isWriting: boolean;
  /** How often each measurement that is noisy is made; the median counts. */
  readonly runs: number;
  /** How long each measurement takes. */
  readonly seconds: number;
}

const USAGE = `npm run bench -- [part...] [--json] [--write] [--runs N] [--seconds N]
  --write puts the tables of these parts into apps/bench/README.md
parts: ${PARTS.join(" ")} (default: all)`;

/** @throws {Error} with the usage, for anything else than what it says */
export function readOptions(args: readonly string[]): Options {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
        runs: { type: "string", default: "5" },
        seconds: { type: "string", default: "1.5" },
      },
    });
    const unknown = positionals.find((name) => !PARTS.includes(name as PartName));
    if (unknown !== undefined) throw new Error(`There is no part "${unknown}".`);
    return {
      command: commandOf(args),
      parts: positionals.length > 0 ? PARTS.filter((name) => positionals.includes(name)) : PARTS,
      isJson: values.json,
      isWriting: values.write,
      runs: positive("--runs", values.runs),
      seconds: positive("--seconds", values.seconds),
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`);
  }
}

/** How a result is told does not change it. */
function commandOf(args: readonly string[]): string {
  const own = args.filter((arg) => arg !== "--json" && arg !== "--write");
  return ["npm run bench", ...(own.length > 0 ? ["--", ...own] : [])].join(" ");
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name} takes a number above 0, not "${text}".`);
  return value;
}
