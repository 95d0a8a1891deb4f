/** Counts the acknowledged transactions in a file of its own, so that a log which lost its tail is found out. */
import { closeSync, openSync, readSync, writeSync } from "node:fs";

const DIGITS = 16;

/** One number in a file, written in place. */
export class TailWitness {
  /** What the file said when it was opened; `undefined` when it said nothing that makes sense. */
  readonly witnessed: number | undefined;
  readonly #file: number;

  /** @throws what the file system throws */
  constructor(path: string) {
    // Not truncated, and made when it is not there.
    this.#file = openSync(path, "a+");
    closeSync(this.#file);
    this.#file = openSync(path, "r+");
    const buffer = Buffer.alloc(DIGITS);
    const text = buffer.toString("latin1", 0, readSync(this.#file, buffer, 0, DIGITS, 0));
    this.witnessed = /^\d{16}$/.test(text) ? Number(text) : undefined;
  }

  /** @throws what the file system throws */
  write(commits: number): void {
    writeSync(this.#file, String(commits).padStart(DIGITS, "0"), 0, "latin1");
  }

  close(): void {
    closeSync(this.#file);
  }
}
