/** One fact that a broker is held to. */
import type { BrokerBounds } from "./broker-world.js";
import type { BrokerStage } from "./broker-stage.js";

/** What a case says, what it needs, and how it plays. */
export interface BrokerFact {
  /** A sentence that is true of a broker that passes. */
  readonly name: string;
  readonly bounds?: BrokerBounds;
  /** Only where time can pass. */
  readonly needsTime?: boolean;
  /** Only where logs outlive the process, or only where they do not. */
  readonly survives?: boolean;
  play(stage: BrokerStage): Promise<void>;
}
