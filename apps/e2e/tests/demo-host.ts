/** The demo host as a child process, as a user would start it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../server/dist/main.mjs", import.meta.url));

/** A host that runs, and can be taken down and up again at the same address. */
export interface DemoHost {
  readonly url: string;
  /** Sends a signal, and waits for the end. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Starts it again, on the same port. */
  restart(): Promise<void>;
}

/** An empty directory for the rooms of one host, which outlives it, and not the tests. */
function freshDataDir(): string {
  const path = mkdtempSync(join(tmpdir(), "attune-demo-"));
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Starts a host on a free port, with rooms of its own. What is in `env` goes before a `.env` of the developer's. */
export async function startDemoHost(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<DemoHost> {
  const ownEnv = { DATA_DIR: freshDataDir(), ...env };
  let { child, url } = await run("0", args, ownEnv);
  return {
    url,
    async stop(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill(signal);
        await ended;
      }
      return { code: child.exitCode, signal: child.signalCode };
    },
    async restart() {
      ({ child, url } = await run(new URL(url).port, args, ownEnv));
    },
  };
}

/** Runs the host to its end: for starts that fail. */
export async function runToTheEnd(args: readonly string[]): Promise<{ code: number | null; errors: string }> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  await once(child, "close");
  return { code: child.exitCode, errors };
}

async function run(
  port: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...env, PORT: port },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^Attune demo: (http:\S+)$/.exec(line)?.[1];
    if (url) return { child, url };
  }
  throw new Error(`The demo host ended with code ${child.exitCode} before it listened.`);
}
