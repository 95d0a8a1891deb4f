/** One fact that a driver is held to. */
import type { Capabilities } from "@attune/core/driver";
import type { MakeWorld } from "./driver-world.js";
import { createStage, type Stage } from "./stage.js";

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
  /** Runs in a world of its own, and rejects when the driver does otherwise. */
  run(make: MakeWorld): Promise<void>;
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
      } finally {
        await stage.close();
      }
    },
  };
}
