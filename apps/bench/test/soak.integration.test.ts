/** The soak as the command that it is, in its short form: what is promised holds, and the same harness sees others break it. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";
import { afterAll, beforeAll, expect, test } from "vitest";
import { foldersIn, root, sourceEntriesOf } from "../../../tools/workspace.mjs";
import type { SoakResult } from "../src/soak/run-chapters.js";

// Below the app, so that what stays outside the bundle (libsql, socket.io) is found.
const modules = fileURLToPath(new URL("../node_modules/", import.meta.url));
const outDir = join(modules, ".soak");
let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(modules, ".soak-history-"));
  const entries = Object.entries<string>(Object.assign({}, ...foldersIn("packages").map(sourceEntriesOf)));
  // The longest name first: an alias is also one of what begins with it.
  entries.sort(([a], [b]) => b.length - a.length);
  await build({
    config: false,
    logLevel: "silent",
    entry: [fileURLToPath(new URL("../src/soak.ts", import.meta.url))],
    outDir,
    dts: false,
    platform: "node",
    alias: Object.fromEntries(entries.map(([name, file]) => [name, join(root, file)])),
    noExternal: [/^@attune\//, "nanostores", "immer"],
    external: ["libsql", /^socket\.io/, "esbuild"],
  });
}, 60_000);

afterAll(() => {
  rmSync(outDir, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly result: SoakResult;
}

function soak(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const all = [join(outDir, "soak.mjs"), ...args, "--json", "--folder", folder];
    execFile(process.execPath, all, { maxBuffer: 1e8 }, (error, stdout, stderr) => {
      if (stdout === "") reject(new Error(stderr));
      else resolve({ code: Number(error?.code ?? 0), result: JSON.parse(stdout) as SoakResult });
    });
  });
}

test("loses, doubles and reorders nothing through faults of every kind, and shows nobody who is gone", {
  timeout: 120_000,
}, async () => {
  const { code, result } = await soak("everything", "--minutes", "0.2", "--clients", "10", "--ours");
  const [row] = result.chapters[0]?.rows ?? [];
  expect(result.failures).toEqual([]);
  expect(code).toBe(0);
  expect(row?.verdict).toMatchObject({ ok: true, gaps: 0 });
  expect(row?.ackedPercent).toBe(100);
  // Or it would have proved nothing. A busy machine reconnects more slowly, and so is cut less often.
  expect((row?.faults.kills ?? 0) + (row?.faults.drains ?? 0)).toBeGreaterThan(1);
  expect(row?.faults.lines).toBeGreaterThan(25);
  expect(row?.verdict.published).toBeGreaterThan(150);
});

test("finds what plain Socket.IO loses in the same conditions, and keeps the history of it", {
  timeout: 120_000,
}, async () => {
  const { code, result } = await soak("cuts", "--minutes", "0.1", "--clients", "6");
  const rows = new Map(result.chapters[0]?.rows.map((row) => [row.system, row]));
  expect(rows.get("attune")?.verdict).toMatchObject({ ok: true });
  expect(rows.get("socketio")?.verdict.lost).toBeGreaterThan(0);
  // What others lose is no failure of ours.
  expect(code).toBe(0);
  const history = readFileSync(join(folder, "cuts-1-socketio", "history.jsonl"), "utf8");
  expect(history.split("\n").length).toBeGreaterThan(rows.get("socketio")?.verdict.delivered ?? 0);
});
