/** The conformance suite for drivers: one meaning over many providers. Needs vitest. */
export type { Capabilities } from "@attune/core/driver";
export type { ConformanceCase } from "./conformance-case.js";
export { conformanceCases } from "./conformance-cases.js";
export { describeDriver } from "./describe-driver.js";
export type { ConformanceMeta } from "./describe-driver.js";
export type { ClientParts, DriverWorld, MakeWorld, WorldClient } from "./driver-world.js";
