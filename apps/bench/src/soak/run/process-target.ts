/** The processes of a soak as a target: they are killed and started again, drained, frozen, and their clocks are set. */
import type { FaultTarget } from "@attune/testing";
import type { Worker } from "../../workers/worker.js";
import { sleep } from "../../sleep.js";
import { SERVER, type TroubleLog } from "./trouble-log.js";

/** A process that can be replaced by a new one. */
export interface Replaceable {
  /** The one that runs now. */
  readonly worker: Pick<Worker<never>, "signal" | "ended">;
  /** Starts the next one, which takes the place of the last. */
  start(): Promise<void>;
  /** Sets its clock. */
  step(ms: number): void;
}

/** How long a restarted process stays away, beside the time that it takes to start. */
const AWAY_MS = 800;
/** What does not end by itself in this time is killed. */
const DRAIN_MS = 8_000;

/** What a soak waits for, and hears of. */
export interface ProcessTarget extends FaultTarget {
  /** Resolves when every process that was struck runs again; rejects with what kept one from it. */
  settled(): Promise<void>;
}

/** `on` is the name of a group of clients; without it, the server is struck. */
export function processTarget(processes: ReadonlyMap<string, Replaceable>, log: TroubleLog): ProcessTarget {
  const restarting = new Map<string, Promise<void>>();
  const failures: unknown[] = [];

  async function restart(target: Replaceable, how: "kill" | "drain", awayMs: number): Promise<void> {
    const { worker } = target;
    if (how === "drain") {
      worker.signal("SIGTERM");
      await Promise.race([worker.ended, sleep(DRAIN_MS)]);
    }
    worker.signal("SIGKILL");
    await worker.ended;
    await sleep(awayMs);
    await target.start();
  }

  return {
    name: "the processes",
    cannot({ fault, on = SERVER }) {
      if (!processes.has(String(on))) return `there is no process "${on}"`;
      return ["restart", "freeze", "step-clock"].includes(fault) ? undefined : "it is a process, not a line";
    },
    strike(fault, pick) {
      const whom = String(fault.on ?? SERVER);
      const target = processes.get(whom);
      // It is away already.
      if (!target || restarting.has(whom)) return undefined;
      const end = log.begin(fault, whom);
      if (fault.fault === "freeze") {
        const { worker } = target;
        worker.signal("SIGSTOP");
        return () => {
          worker.signal("SIGCONT");
          end();
        };
      }
      if (fault.fault === "step-clock") target.step(fault.ms);
      if (fault.fault !== "restart") return void end();
      const done = restart(target, fault.how ?? "kill", pick * AWAY_MS)
        .catch((error: unknown) => void failures.push(error))
        .then(() => {
          restarting.delete(whom);
          end();
        });
      restarting.set(whom, done);
      return undefined;
    },
    async settled() {
      await Promise.all(restarting.values());
      if (failures.length > 0) throw failures[0];
    },
  };
}
