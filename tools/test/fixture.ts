/** A small workspace in a temporary folder, to see what the real checks say about files that break a rule. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../workspace.mjs";

/**
 * @param copied files of this repository that the check reads, at the same place in the fixture
 * @param files  what to put beside them: path -> text
 * @param use    gets the folder, which is gone afterwards
 */
export function withFixture<T>(copied: string[], files: Record<string, string>, use: (folder: string) => T): T {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "attune-fixture-")));
  try {
    for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a tool of the root's node_modules in a fixture, with Node itself, so that no shell is involved. */
export function runIn(folder: string, script: string, args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "node_modules", script), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}
