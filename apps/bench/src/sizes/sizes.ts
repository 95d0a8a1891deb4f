/** Measures what an app's users download: bundled, minified for production, and compressed with brotli. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { IMPORTS, type Import } from "./imports.js";

/** One import; `bytes` is `null`, and `error` says why, when it cannot be bundled. */
export interface SizeRow {
  readonly name: string;
  readonly version: string;
  readonly bytes: number | null;
  readonly error?: string;
}

/** The folder of this app: its `node_modules` are what is weighed. */
const root = fileURLToPath(new URL("..", import.meta.url));

export async function measureSizes(log: (text: string) => void): Promise<readonly SizeRow[]> {
  log("sizes: bundling");
  return Promise.all(IMPORTS.map(measureImport));
}

async function measureImport({ name, code, external = [] }: Import): Promise<SizeRow> {
  const version = installedVersion(name.split(" ")[0] as string) ?? "workspace";
  try {
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: root },
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      platform: "browser",
      target: "es2022",
      define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
      external: external.flatMap((each) => [each, `${each}/*`]),
      // Components are not imported here, and a composable needs none of them.
      loader: { ".svelte": "empty", ".css": "empty" },
      // What is published, not the sources that tsconfig.json leads to.
      tsconfigRaw: {},
      logLevel: "silent",
    });
    return { name, version, bytes: brotliCompressSync(outputFiles[0]?.contents ?? "").length };
  } catch (error) {
    return { name, version, bytes: null, error: (error as Error).message.split("\n").slice(0, 2).join(" ") };
  }
}

/** The version that is installed; `undefined` for a name that is no package. */
export function installedVersion(name: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(`${root}node_modules/${name}/package.json`, "utf8")) as { version: string })
      .version;
  } catch {
    return undefined;
  }
}
