/** Registers the conformance suite for one broker as tests of vitest. */
import { describe, test } from "vitest";
import type { BrokerFact } from "./broker-fact.js";
import { BrokerStage } from "./broker-stage.js";
import type { BrokerTraits, MakeBrokerWorld } from "./broker-world.js";
import { appending } from "./chapters/appending.js";
import { chaining } from "./chapters/chaining.js";
import { delivering } from "./chapters/delivering.js";
import { meeting } from "./chapters/meeting.js";
import { modelling } from "./chapters/modelling.js";
import { reading } from "./chapters/reading.js";
import { sharing } from "./chapters/sharing.js";
import { surviving } from "./chapters/surviving.js";

const CHAPTERS: Readonly<Record<string, readonly BrokerFact[]>> = {
  appending,
  chaining,
  reading,
  delivering,
  sharing,
  meeting,
  surviving,
  modelling,
};

/**
 * Holds a broker to its contract: each MUST of `Broker` is a test.
 *
 * @param name of the broker, as reports show it
 * @param traits what the broker declares; both ways are tested
 * @param make makes a world with an empty broker for each test
 * @example
 * ```ts
 * import { describeBroker } from "@attune/testing/broker-conformance";
 * import type { MakeBrokerWorld } from "@attune/testing/broker-conformance";
 * declare const makeMyWorld: MakeBrokerWorld;
 * describeBroker("mine", { survives: true, hasTime: false }, makeMyWorld);
 * ```
 */
export function describeBroker(name: string, traits: BrokerTraits, make: MakeBrokerWorld): void {
  describe(`broker conformance: ${name}`, () => {
    for (const [chapter, facts] of Object.entries(CHAPTERS)) {
      describe(chapter, () => {
        for (const fact of facts.filter((each) => concerns(each, traits))) {
          test(fact.name, async () => {
            const stage = new BrokerStage(await make(fact.bounds ?? {}));
            try {
              await fact.play(stage);
            } finally {
              await stage.close();
            }
          });
        }
      });
    }
  });
}

function concerns({ needsTime = false, survives }: BrokerFact, traits: BrokerTraits): boolean {
  return (!needsTime || traits.hasTime) && (survives === undefined || survives === traits.survives);
}
