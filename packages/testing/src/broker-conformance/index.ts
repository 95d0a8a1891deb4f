/** The conformance suite for brokers: what nodes of a server may rely on, whatever keeps the logs. Needs vitest. */
export type { BrokerBounds, BrokerTraits, BrokerWorld, MakeBrokerWorld } from "./broker-world.js";
export { describeBroker } from "./describe-broker.js";
