/** Builds the simulation with one bug planted in the source of the packages. */
import { readFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { Plugin } from "esbuild";
import type { runRange } from "../run-range.js";
import type { PlantedBug } from "./planted-bugs.js";

/** Where the workspace lies, and which file stands behind each public entry of its packages. */
export interface Workspace {
  readonly root: string;
  readonly entries: Readonly<Record<string, string>>;
}

/**
 * Makes the change of a bug in the text of its file.
 *
 * @throws {Error} when the place is not there exactly once: the code moved on, and the bug must follow
 */
function planted(bug: PlantedBug, source: string): string {
  const count = source.split(bug.find).length - 1;
  if (count !== 1) throw new Error(`"${bug.name}": its place stands ${count} times in ${bug.file}. Write it anew.`);
  return source.replace(bug.find, () => bug.replace);
}

/** The simulation, run from source, with a bug in it. */
export async function buildWith(
  bug: PlantedBug,
  { root, entries }: Workspace,
): Promise<{ readonly runRange: typeof runRange }> {
  const folder = await mkdtemp(join(tmpdir(), "attune-planted-"));
  const outfile = join(folder, "simulation.mjs");
  const wanted = join(root, "packages", bug.file);
  const plugin: Plugin = {
    name: "plant",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) =>
        path === wanted ? { contents: planted(bug, await readFile(path, "utf8")), loader: "ts" } : undefined,
      );
    },
  };
  try {
    await build({
      entryPoints: [join(root, "apps/simulation/src/run-range.ts")],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      alias: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(root, file)])),
      // They are imported by packages that this app does not depend on.
      nodePaths: ["core", "server", "testing"].map((name) => join(root, "packages", name, "node_modules")),
      external: ["vitest", "ws", "socket.io", "socket.io-client"],
      plugins: [plugin],
      logLevel: "error",
    });
    return (await import(pathToFileURL(outfile).href)) as { readonly runRange: typeof runRange };
  } finally {
    await rm(folder, { recursive: true });
  }
}
