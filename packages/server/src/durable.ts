/** A broker for one node whose logs outlive the process. Needs the package `libsql`. */
export {
  createDurableBroker,
  type DurableBroker,
  type DurableBrokerOptions,
} from "./broker/durable/durable-broker.js";
export type { Sync } from "./broker/durable/tail-proof.js";
