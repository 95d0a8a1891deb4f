/** The workspace as it lies on disk: its packages and the source file behind each public entry. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Folders of all workspace packages below `packages` or `apps`, relative to the root. */
export function foldersIn(group) {
  const at = join(root, group);
  if (!existsSync(at)) return [];
  return readdirSync(at)
    .sort()
    .map((name) => `${group}/${name}`)
    .filter((folder) => existsSync(join(root, folder, "package.json")));
}

export function manifestOf(folder) {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
}

/**
 * The JavaScript entries a package publishes: `{ '@attune/core/wire': 'packages/core/src/wire.ts', ... }`,
 * read from `exports`, where `./dist/wire.js` stands for `src/wire.ts`.
 */
export function sourceEntriesOf(folder) {
  const { name, exports = {} } = manifestOf(folder);
  const entries = {};
  for (const [subpath, target] of Object.entries(exports)) {
    const file = typeof target === "string" ? target : target.default;
    const built = /^\.\/dist\/(.+)\.js$/.exec(file);
    if (built) entries[name + subpath.slice(1)] = `${folder}/src/${built[1]}.ts`;
  }
  return entries;
}
