/** Runs the chapters that were asked for, keeps each history, and gathers what broke. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { formatHistory } from "@attune/testing";
import { describeMachine, type Machine } from "../report/machine.js";
import { type Chapter, type ChapterName, chapterOf, type Run } from "./chapters.js";
import type { Options } from "./options.js";
import { judgePromises, type Promised } from "./report/promises.js";
import { runSoak } from "./run/run-soak.js";
import { SYSTEMS } from "./system.js";
import { judge, type SoakRow } from "./verdict/row.js";

/** Something that must not be, and how to see it again. */
export interface Failure {
  readonly what: string;
  readonly repeat: string;
  /** Where its history is. */
  readonly folder: string;
}

/** All that a soak came to. */
export interface SoakResult {
  readonly machine: Machine;
  readonly command: string;
  readonly chapters: readonly {
    readonly name: ChapterName;
    readonly title: string;
    readonly rows: readonly SoakRow[];
  }[];
  readonly promises: readonly Promised[];
  readonly failures: readonly Failure[];
}

type Log = (text: string) => void;

export async function runChapters(options: Options, log: Log): Promise<SoakResult> {
  const machine = describeMachine();
  const chapters: { name: ChapterName; title: string; rows: SoakRow[] }[] = [];
  const failures: Failure[] = [];
  for (const name of options.chapters) {
    const chapter = chapterOf(name, options);
    const rows: SoakRow[] = [];
    chapters.push({ name, title: chapter.title, rows });
    for (const abreast of chapter.runs) {
      const done = await Promise.all(abreast.map((run) => runOne(chapter, run, options, log)));
      for (const { row, failure } of done) {
        if (row) rows.push(row);
        if (failure) failures.push(failure);
      }
    }
  }
  return {
    machine,
    command: commandOf(options.chapters.join(" "), options, options.seed),
    chapters,
    promises: judgePromises(chapters.flatMap(({ rows }) => rows)),
    failures,
  };
}

async function runOne(
  { name }: Chapter,
  run: Run,
  options: Options,
  log: Log,
): Promise<{ readonly row?: SoakRow; readonly failure?: Failure }> {
  const { title } = SYSTEMS[run.system];
  const about = `${name}, seed ${run.seed}, ${title}`;
  const folder = resolve(options.folder, `${name}-${run.seed}-${run.system}`);
  const failed = (what: string): Failure => ({
    what: `${about}: ${what}`,
    repeat: commandOf(name, options, run.seed),
    folder,
  });
  log(`${about}: ${(run.lastsMs / 1_000).toFixed(0)} s`);
  try {
    const { row, history } = judge(await runSoak({ ...run, folder }));
    writeFileSync(join(folder, "history.jsonl"), formatHistory(history));
    writeFileSync(join(folder, "verdict.json"), JSON.stringify(row, undefined, 2));
    for (const violation of row.violations) log(`${about}: ${violation}`);
    return row.violations.length === 0 ? { row } : { row, failure: failed(row.violations.join("; ")) };
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log(`${about}: did not end: ${what}`);
    return { failure: failed(`did not end: ${what}`) };
  }
}

function commandOf(chapters: string, { minutes, clients, isOursOnly }: Options, seed: number): string {
  const more = `${clients === 20 ? "" : ` --clients ${clients}`}${isOursOnly ? " --ours" : ""}`;
  return `npm run soak -- ${chapters} --minutes ${minutes} --seed ${seed}${more}`;
}
