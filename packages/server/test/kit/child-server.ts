/** Runs `restart-server.ts` as a process of its own, built from source, to be killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";

// Below the package, so that what stays outside the bundle (libsql, socket.io) is found.
const outDir = fileURLToPath(new URL("../../node_modules/.restart-server", import.meta.url));
const source = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export interface ChildServer {
  readonly port: number;
  /** Ends it as the kernel does: without a word, at once. */
  kill(): Promise<void>;
}

/** Builds it. @returns how to start it, on a free port unless one is given, and how to clean up */
export async function buildChildServer(): Promise<{
  start(path: string, port?: number): Promise<ChildServer>;
  cleanUp(): void;
}> {
  mkdirSync(outDir, { recursive: true });
  await build({
    config: false,
    logLevel: "silent",
    entry: [source("server/test/kit/restart-server.ts")],
    outDir,
    dts: false,
    platform: "node",
    alias: { "@attune/protocol": source("protocol/src/index.ts") },
    noExternal: [/^@attune\//],
  });
  return {
    start: (path, port = 0) => start(path, port),
    cleanUp: () => rmSync(outDir, { recursive: true, force: true }),
  };
}

async function start(path: string, port: number): Promise<ChildServer> {
  const child = spawn(process.execPath, [join(outDir, "restart-server.mjs"), path, String(port)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const listening = once(child.stdout, "data") as Promise<[Buffer]>;
  const [line] = await Promise.race([listening, ended(child)]);
  return {
    port: Number(line.toString()),
    async kill() {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
  };
}

async function ended(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, "exit")) as [number | null];
  throw new Error(`The server ended with code ${code} before it listened.`);
}
