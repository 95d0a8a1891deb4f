/** Child processes that are called like functions: a measured process does nothing but its own part. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Handlers } from "./handlers.js";
import type { Role, WorkerOf } from "./roles.js";

/** The parent's end of a worker. */
export interface Worker<H extends Handlers> {
  call<N extends keyof H & string>(name: N, ...argument: Parameters<H[N]>): Promise<Awaited<ReturnType<H[N]>>>;
  /** Sends it a signal: `SIGSTOP` freezes it, `SIGTERM` asks it to end. No effect once it has ended. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when it has ended, however that came. */
  readonly ended: Promise<void>;
  /** Kills it: nothing that a measurement left behind may disturb the next one. */
  end(): Promise<void>;
}

interface Call {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** The argument that makes a process a worker. */
export const WORKER_FLAG = "--worker";

/** Starts a worker. */
export function startWorker<R extends Role>(role: R): Worker<WorkerOf<R>> {
  // Whatever a worker prints goes to standard error: standard output is for results.
  const child = fork(mainFile(), [WORKER_FLAG, role], { stdio: ["ignore", 2, 2, "ipc"] });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  child.on("message", ({ id, value, error }: Answer) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error === undefined) resolve?.(value);
    else reject?.(new Error(`${role}: ${error}`));
  });
  child.on("exit", (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${role} ended (${code ?? signal}).`));
    waiting.clear();
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    ended,
    signal: (name) => void child.kill(name),
    call(name, ...[argument]: unknown[]) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        // A callback, or what cannot be sent to a process that has ended would be thrown where nobody looks.
        child.send({ id, name, argument } satisfies Call, (error) => error && reject(error));
      });
    },
    end: () => kill(child),
  };
}

/** Answers the parent's calls, in a worker. */
export function serve(handlers: Handlers): void {
  process.on("message", async ({ id, name, argument }: Call) => {
    let answer: Answer;
    try {
      answer = { id, value: await handlers[name]?.(argument as never) };
    } catch (error) {
      answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    process.send?.(answer);
  });
  process.on("disconnect", () => process.exit(0));
}

function mainFile(): string {
  return process.argv[1] ?? fileURLToPath(import.meta.url);
}

function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
