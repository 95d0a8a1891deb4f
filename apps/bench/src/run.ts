/** Runs the parts that were asked for, one after the other. */
import { measureCursors } from "./cursors/cursors.js";
import { measureFanOut } from "./fan-out/fan-out.js";
import { measureLatency } from "./latency/latency.js";
import type { Options, PartName } from "./options.js";
import { measurePresence } from "./presence/presence.js";
import { describeMachine } from "./report/machine.js";
import type { Measured } from "./report/measured.js";
import type { BenchResult } from "./report/result.js";
import { judgeTargets } from "./report/targets.js";
import { measureSizes } from "./sizes/sizes.js";

type Log = (text: string) => void;

const PARTS: Readonly<Record<PartName, (options: Options, log: Log) => Promise<Measured>>> = {
  sizes: async (_options, log) => ({ sizes: await measureSizes(log) }),
  "fan-out": async (options, log) => ({ fanOut: await measureFanOut(options, log) }),
  latency: async (options, log) => ({ latency: await measureLatency(options, log) }),
  cursors: async (options, log) => ({ cursors: await measureCursors(options, log) }),
  presence: async (_options, log) => ({ presence: await measurePresence(log) }),
};

/** A part that fails does not keep the others from running. */
export async function run(options: Options, log: Log): Promise<BenchResult> {
  const machine = describeMachine();
  const measured: Measured = {};
  const errors: string[] = [];
  for (const name of options.parts) {
    try {
      Object.assign(measured, await PARTS[name](options, log));
    } catch (error) {
      errors.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { machine, command: options.command, ...measured, targets: judgeTargets(measured), errors };
}
