/** Worlds for the conformance suite of brokers: in memory, and on disk. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MakeBrokerWorld } from "@attune/testing/broker-conformance";
import { createMemoryBroker, type ServerEnv } from "../../src/core.js";
import { createDurableBroker, type DurableBroker, type Sync } from "../../src/durable.js";
import { ManualClock } from "./manual-clock.js";
import { createEnv } from "./world.js";

export function memoryWorld(): MakeBrokerWorld {
  return (bounds) => {
    const clock = new ManualClock();
    const make = () => createMemoryBroker({ env, ...bounds });
    const env = createEnv(clock);
    return {
      broker: make(),
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      setClock: (byMs) => clock.setClock(byMs),
      restart: make,
      close: () => {},
    };
  };
}

/** An environment of a manual clock whose turns end by themselves. */
export function turningEnv(clock: ManualClock, reported: { error: unknown; where: string }[] = []): ServerEnv {
  return { ...createEnv(clock, reported), defer: (run) => void setImmediate(run) };
}

export function durableWorld(sync: Sync): MakeBrokerWorld {
  return async (bounds) => {
    const clock = new ManualClock();
    const folder = mkdtempSync(join(tmpdir(), "attune-broker-"));
    let runs = 0;
    const reported: { error: unknown; where: string }[] = [];
    const open = () =>
      createDurableBroker({ path: join(folder, `${runs}`), sync, env: turningEnv(clock, reported), ...bounds });
    let broker = await open();
    const abandoned: DurableBroker[] = [];
    return {
      broker,
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      setClock: (byMs) => clock.setClock(byMs),
      async restart(how) {
        if (how === "closed") {
          await broker.close();
        } else {
          // What a killed process leaves are its files as they are at this instant.
          cpSync(join(folder, `${runs}`), join(folder, `${runs + 1}`), { recursive: true });
          runs++;
          abandoned.push(broker);
        }
        broker = await open();
        return broker;
      },
      async close() {
        for (const each of [...abandoned, broker]) await each.close();
        rmSync(folder, { recursive: true });
        if (reported.length > 0) throw reported[0]?.error;
      },
    };
  };
}
