/** What each kind of in-memory provider can do. */
import type { Capabilities } from "@attune/core/driver";
import type { DedupeRule } from "./producer-chain.js";

/** The capabilities that a test may choose. There is no shared state: of that, our own server has the rules. Typing is core's here, over signals; what an ack promises follows from `recovery`. */
export type ChosenCapabilities = Partial<Omit<Capabilities, "presence" | "typing" | "guarantee" | "state">> & {
  /** Who waits before a leave is shown, or `false` for a provider without presence. Default `server`. */
  readonly presence?: false | "core" | "driver" | "server";
};

type RecoveryDefaults = Pick<Capabilities, "echo" | "guarantee" | "dedupe" | "history">;

const BY_RECOVERY: Readonly<Record<Capabilities["recovery"], RecoveryDefaults>> = {
  offset: { echo: "ordered", guarantee: "stored", dedupe: true, history: true },
  cursor: { echo: "ordered", guarantee: "stored", dedupe: true, history: true },
  none: { echo: "none", guarantee: "handed-over", dedupe: false, history: false },
};

/** The full declaration that a choice comes to. */
export function toCapabilities({
  recovery = "offset",
  presence = "server",
  ...chosen
}: ChosenCapabilities): Capabilities {
  return {
    recovery,
    ...BY_RECOVERY[recovery],
    publish: "client",
    signals: true,
    authentication: "connection",
    identity: "server",
    typing: "core",
    reconnect: "core",
    state: false,
    presence: presence && { grace: presence },
    ...chosen,
  };
}

/** How the hub treats repeats from a driver: only where messages are counted does it insist on their order. */
export function dedupeRuleOf({ dedupe, recovery }: Capabilities): DedupeRule {
  if (!dedupe) return "none";
  return recovery === "offset" ? "chain" : "repeats";
}
