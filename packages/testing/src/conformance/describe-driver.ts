/** Registers the conformance suite for one driver as tests of vitest. */
import type { Capabilities } from "@attune/core/driver";
import { describe, test } from "vitest";
import { conformanceCases } from "./conformance-cases.js";
import type { MakeWorld } from "./driver-world.js";

/** What a test leaves in the report of a run (`--reporter=json`), for a table of drivers. */
export interface ConformanceMeta {
  readonly driver: string;
  readonly chapter: string;
  readonly feature: string;
  /** What it says of the feature, when the test passes. */
  readonly result: string;
}

declare module "vitest" {
  interface TaskMeta {
    conformance?: ConformanceMeta;
  }
}

/** The longest cases wait for a dead line to be noticed, by whatever heartbeat the provider has. */
const TIMEOUT_MS = 90_000;

/**
 * Holds a driver to the contract, under the real core: each fact is a test.
 *
 * @param name of the driver, as tables show it
 * @param make makes a fresh world for each test
 * @param capabilities what the driver MUST declare. What is declared must work, what is not must throw `unsupported`
 * @example
 * ```ts
 * import { describeDriver } from "@attune/testing/conformance";
 * import type { Capabilities, MakeWorld } from "@attune/testing/conformance";
 * declare const capabilities: Capabilities;
 * declare const makeMyWorld: MakeWorld;
 * describeDriver("mine", makeMyWorld, capabilities);
 * ```
 */
export function describeDriver(name: string, make: MakeWorld, capabilities: Capabilities): void {
  describe(`conformance: ${name}`, () => {
    const cases = conformanceCases(capabilities);
    for (const chapter of new Set(cases.map((each) => each.chapter))) {
      describe(chapter, () => {
        for (const each of cases.filter((own) => own.chapter === chapter)) {
          test(each.name, { timeout: TIMEOUT_MS }, async ({ task }) => {
            const { feature, result } = each;
            task.meta.conformance = { driver: name, chapter, feature, result };
            task.meta.conformance = { driver: name, chapter, feature, result: await each.run(make) };
          });
        }
      });
    }
  });
}
