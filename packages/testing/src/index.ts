/** Tools for tests of what is built on Attune; Attune's own tests use them too. */
export { buildScenario } from "./faults/build-scenario.js";
export type { ScenarioBuilder } from "./faults/build-scenario.js";
export { isLasting } from "./faults/fault.js";
export type { Direction, Fault, FaultName, LastingFault, MomentaryFault } from "./faults/fault.js";
export type { FaultTarget, Lift } from "./faults/fault-target.js";
export { offlineTarget } from "./faults/offline-target.js";
export type { CanGoOffline } from "./faults/offline-target.js";
export { play } from "./faults/play.js";
export type { Playing } from "./faults/play.js";
export { scenario } from "./faults/scenario.js";
export type { Moment, Scenario, Span, Step, Timing } from "./faults/scenario.js";
export { formatScenario, parseScenario } from "./faults/schedule-text.js";
export { targetOfAll } from "./faults/target-of-all.js";
export { heapSlope } from "./heap-slope.js";
export type { HeapSlope, HeapSlopeOptions } from "./heap-slope.js";
export { checkHistory } from "./history/check-history.js";
export type { CheckOptions, HistoryFault, HistoryVerdict } from "./history/check-history.js";
export { formatHistory, parseHistory } from "./history/history.js";
export type {
  DeliveredEvent,
  EndedEvent,
  HistoryEvent,
  MemberEvent,
  ObserverEvent,
  PresenceEvent,
  PublishedEvent,
  SettledEvent,
  SubscriberEvent,
} from "./history/history.js";
export type { PresenceBounds } from "./history/presence-verdict.js";
export { manualClock } from "./manual-clock.js";
export type { ManualClock } from "./manual-clock.js";
export type { ChosenCapabilities } from "./memory/capabilities.js";
export type { MemoryFaults, Refusal } from "./memory/faults.js";
export { memoryDriver } from "./memory/memory-driver.js";
export type { MemoryDriverOptions } from "./memory/memory-driver.js";
export { memoryTarget } from "./memory/memory-target.js";
export { createMemoryHub } from "./memory/memory-hub.js";
export type { MemoryHub, MemoryHubOptions } from "./memory/memory-hub.js";
export type { Received } from "./memory/received.js";
export type { FaultProxy, FaultProxyOptions, ProxyEvent, Which } from "./proxy/fault-proxy.js";
export type { ProxyTarget } from "./proxy/proxied-connection.js";
export { startFaultProxy } from "./proxy/start-fault-proxy.js";
export { between, seededRandom } from "./seeded-random.js";
export { until } from "./until.js";
export type { UntilOptions } from "./until.js";
