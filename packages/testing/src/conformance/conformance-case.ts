/** One fact that a driver is held to. */
import type { Capabilities } from "@attune/core/driver";
import type { MakeWorld } from "./driver-world.js";
import { createStage, NotTried, type Stage } from "./stage.js";

/** What a case is about, and how it plays. */
export interface Fact {
  readonly chapter: string;
  /** A sentence that is true of a driver that passes. */
  readonly name: string;
  /** The row of the table that it proves; several cases may prove one. */
  readonly feature: string;
  /** What the table says when it passes: `yes`, a declared level, or `unsupported` for a declared gap. */
  readonly result: string;
  play(stage: Stage): Promise<void>;
}

/** A case that is ready to run. */
export interface ConformanceCase extends Omit<Fact, "play"> {
  /**
   * Runs in a world of its own, and rejects when the driver does otherwise. Resolves with what the table says: `result`, or
   * `not tried` when the world declares that there is no way to a fault.
   */
  run(make: MakeWorld): Promise<string>;
}

/** Gives a fact its world. */
export function toCase({ play, ...fact }: Fact, capabilities: Capabilities): ConformanceCase {
  return {
    ...fact,
    async run(make) {
      const stage = createStage(await make(), capabilities, fact.name);
      try {
        await play(stage);
        stage.judge();
        return fact.result;
      } catch (error) {
        if (error instanceof NotTried) return "not tried";
        throw error;
      } finally {
        await stage.close();
      }
    },
  };
}
