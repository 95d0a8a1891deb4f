/** Where and when it was measured, with which versions. */
import { availableParallelism, cpus, loadavg, release, type } from "node:os";
import { installedVersion } from "../sizes/sizes.js";

/** A machine at one moment. */
export interface Machine {
  /** ISO 8601. */
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  /** Of the last minute, before the benchmark began: what else the machine was doing. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function describeMachine(): Machine {
  const names = ["socket.io", "socket.io-client", "ws", "zod"];
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    system: `${type()} ${release()}`,
    node: process.version,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    versions: Object.fromEntries(names.map((name) => [name, installedVersion(name) ?? "not installed"])),
  };
}
