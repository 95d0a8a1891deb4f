/** The tests of one package, as three vitest projects: `unit`, `types` and `integration` (real sockets). */
import { join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from "vitest/config";
import { foldersIn, root, sourceEntriesOf } from "./workspace.mjs";

/** Workspace packages resolve to their source, longest name first, so that no test needs a build. */
const alias = foldersIn("packages")
  .flatMap((folder) => Object.entries(sourceEntriesOf(folder)))
  .map(([name, file]) => ({ find: new RegExp(`^${name}$`), replacement: join(root, file) }));

const withDom = ["packages/vue", "packages/svelte"];

export function projectsOf(folder: string, prefix = ""): TestProjectInlineConfiguration[] {
  const hasDom = withDom.includes(folder);
  const isSvelte = folder === "packages/svelte";
  const base: TestProjectInlineConfiguration = {
    root: join(root, folder),
    resolve: { alias },
    plugins: isSvelte ? [svelte({ configFile: false })] : [],
  };
  const unit = ["test/**/*.test.ts"];
  const ssr = ["test/**/*.ssr.test.ts"];
  const integration = ["test/**/*.integration.test.ts"];
  const types = ["test/**/*.test-d.ts"];

  return [
    {
      ...base,
      resolve: { alias, ...(isSvelte ? { conditions: ["browser"] } : {}) },
      test: {
        name: `${prefix}unit`,
        // No test waits for this: property tests on a machine that is busy with something else may take their time.
        testTimeout: 30_000,
        environment: hasDom ? "happy-dom" : "node",
        include: unit,
        exclude: [...integration, ...(hasDom ? ssr : [])],
      },
    },
    // Rendering on a server: no DOM, and Svelte compiles for the server.
    ...(hasDom ? [{ ...base, test: { name: `${prefix}unit-ssr`, environment: "node", include: ssr } }] : []),
    { ...base, test: { name: `${prefix}integration`, environment: "node", include: integration, testTimeout: 30_000 } },
    {
      ...base,
      test: {
        name: `${prefix}types`,
        include: [],
        typecheck: { enabled: true, only: true, include: types, tsconfig: "tsconfig.test.json" },
      },
    },
  ];
}

export function packageTests(folder: string): ViteUserConfig {
  return defineConfig({ test: { projects: projectsOf(folder), passWithNoTests: true } });
}
