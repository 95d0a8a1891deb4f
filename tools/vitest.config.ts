/** Every test that vitest runs, of all packages, apps and tools, in one process: `npm test` uses this. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { projectsOf } from "./vitest-preset.ts";
import { foldersIn, root } from "./workspace.mjs";

const tested = [...foldersIn("packages"), ...foldersIn("apps")].filter((folder) =>
  existsSync(join(root, folder, "test")),
);

export default defineConfig({
  root,
  test: {
    passWithNoTests: true,
    // Most of the time of the tests over real sockets is waiting: one worker less than cores, as by default, would be one on CI.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      ...tested.flatMap((folder) => projectsOf(folder, `${folder.split("/")[1]}:`)),
      { root, test: { name: "tools", environment: "node", include: ["tools/test/**/*.test.ts"], testTimeout: 60_000 } },
    ],
  },
});
