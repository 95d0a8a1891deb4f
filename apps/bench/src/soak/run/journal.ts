/** What a client process writes down, line by line, into a file that outlives it. */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { HistoryEvent, ObserverEvent } from "@attune/testing";
import { nowMs } from "../../now.js";

/** What is noted beside the history. */
export type NoteEvent =
  | { readonly type: "reconnected"; readonly client: string }
  | { readonly type: "told"; readonly client: string; readonly what: string };

type Untimed<E> = E extends unknown ? Omit<E, "atMs"> : never;

/** A line without its time: that is the journal's. */
export type JournalEntry = Untimed<HistoryEvent> | Untimed<ObserverEvent> | NoteEvent;

/** A line. Times are those of a clock that all processes share, so that several journals make one history. */
export type JournalEvent = (HistoryEvent | NoteEvent) & { readonly atMs: number };

/** A journal that is being written. */
export interface Journal {
  write(entry: JournalEntry): void;
  close(): void;
}

const FLUSH_MS = 50;

/** @param isAtOnce writes each line at once, for a process that is to be killed */
export function openJournal(file: string, isAtOnce: boolean): Journal {
  const handle = openSync(file, "a");
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length > 0) writeSync(handle, lines.join(""));
    lines = [];
  };
  const timer = setInterval(flush, FLUSH_MS);
  return {
    write(entry) {
      lines.push(`${JSON.stringify({ atMs: Math.round(nowMs() * 1e4) / 1e4, ...entry })}\n`);
      if (isAtOnce) flush();
    },
    close() {
      clearInterval(timer);
      flush();
      closeSync(handle);
    },
  };
}

/** Reads journals and puts them in the order of time. A last line that was cut off is left out. */
export function readJournals(files: readonly string[]): JournalEvent[] {
  const events = files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as JournalEvent),
  );
  return events.sort((a, b) => a.atMs - b.atMs);
}
