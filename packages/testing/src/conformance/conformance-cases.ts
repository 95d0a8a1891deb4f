/** Every fact that a driver with certain capabilities is held to. */
import type { Capabilities } from "@attune/core/driver";
import { accessFacts } from "./chapters/access.js";
import { connectingFacts } from "./chapters/connecting.js";
import { disposingFacts } from "./chapters/disposing.js";
import { faultFacts } from "./chapters/faults.js";
import { presenceGraceFacts } from "./chapters/presence-grace.js";
import { presenceFacts } from "./chapters/presence.js";
import { publishingFacts } from "./chapters/publishing.js";
import { historyFacts } from "./chapters/reading-history.js";
import { recoveringFacts } from "./chapters/recovering.js";
import { repeatingFacts } from "./chapters/repeating.js";
import { sharingStateFacts } from "./chapters/sharing-state.js";
import { signallingFacts } from "./chapters/signalling.js";
import { subscribingFacts } from "./chapters/subscribing.js";
import { typingFacts } from "./chapters/typing.js";
import { type ConformanceCase, toCase } from "./conformance-case.js";

/**
 * The cases for a driver that declares these capabilities: what is declared must work, and a declared gap must throw
 * `unsupported`. {@link describeDriver} registers them; here they can be run one by one.
 */
export function conformanceCases(capabilities: Capabilities): readonly ConformanceCase[] {
  const facts = [
    ...connectingFacts(capabilities),
    ...accessFacts(),
    ...subscribingFacts(),
    ...publishingFacts(capabilities),
    ...repeatingFacts(capabilities),
    ...recoveringFacts(capabilities),
    ...faultFacts(capabilities),
    ...historyFacts(capabilities),
    ...presenceFacts(capabilities),
    ...presenceGraceFacts(capabilities),
    ...signallingFacts(capabilities),
    ...typingFacts(capabilities),
    ...sharingStateFacts(capabilities),
    ...disposingFacts(),
  ];
  return facts.map((fact) => toCase(fact, capabilities));
}
