/** The in-memory hub as a target of scenarios. */
import type { Fault } from "../faults/fault.js";
import { type FaultTarget, type Lift, pickOne } from "../faults/fault-target.js";
import type { MemoryHub } from "./memory-hub.js";

/** Why the hub cannot do a fault; absent: it can. */
const CANNOT: Readonly<Partial<Record<Fault["fault"], string>>> = {
  reset: "it has no packets: its `cut` is the only end of a line",
  slow: "it counts no bytes",
  corrupt: "it carries values, not bytes",
  hang: "use `half-open`, which strikes new connections too",
  offline: "that is a browser's",
  restart: "it is one process with the test",
  freeze: "it is one process with the test",
  "step-clock": "its clock is the test's own",
};

/** Faults that strike the hub or a channel, and no client of its own. */
const OF_NOBODY: readonly Fault["fault"][] = [
  "delay",
  "refuse",
  "drop-message",
  "duplicate-message",
  "reorder-messages",
  "drop-ack",
  "drop-presence",
  "reject-publish",
  "new-epoch",
  "trim-history",
];

/**
 * Lets scenarios play on a hub. `on` is the label of a client, or `any`.
 *
 * @example
 * ```ts
 * import { createMemoryHub, memoryTarget, play, scenario } from "@attune/testing";
 * const hub = createMemoryHub();
 * const playing = play(scenario([{ after: 100, fault: "half-open", on: "ada", for: 8_000 }]), memoryTarget(hub));
 * await playing.stop();
 * ```
 */
export function memoryTarget(hub: MemoryHub): FaultTarget {
  return {
    name: "memoryTarget()",
    cannot: cannotInMemory,
    strike(fault, pick) {
      const client = fault.on === "any" ? pickOne(hub.clients, pick) : fault.on;
      if (fault.on === "any" && client === undefined) return undefined;
      return strike(hub, fault, client === undefined ? undefined : String(client));
    },
  };
}

function cannotInMemory(fault: Fault): string | undefined {
  const { on } = fault;
  if (typeof on === "number") return "it knows clients by label, not by number";
  if (on !== undefined && OF_NOBODY.includes(fault.fault)) return "it strikes everybody: leave `on` out";
  if (fault.fault === "pause" && (fault.direction ?? "both") !== "both") return "it pauses both directions or none";
  if (fault.fault === "delay" && ((fault.direction ?? "both") !== "both" || fault.jitterMs))
    return "its latency is the same both ways, without jitter";
  return CANNOT[fault.fault];
}

function strike(hub: MemoryHub, fault: Fault, client: string | undefined): undefined | Lift {
  switch (fault.fault) {
    case "cut":
      return void hub.cut(client);
    case "expire-token":
      return void hub.expireToken(client);
    case "drop-message":
      return void hub.dropNextMessage();
    case "duplicate-message":
      return void hub.doubleNextMessage();
    case "reorder-messages":
      return void hub.swapNextMessages();
    case "drop-ack":
      return void hub.dropNextAck();
    case "drop-presence":
      return void hub.dropNextPresence();
    case "reject-publish":
      return void hub.rejectNextPublish(fault.code);
    case "new-epoch":
      return void hub.newEpoch(fault.channel);
    case "trim-history":
      return void hub.trim(fault.channel, fault.keep);
    case "crash-channel":
      return void hub.crashChannel(fault.channel, client);
    default:
      return begin(hub, fault, client);
  }
}

/** What lasts. */
function begin(hub: MemoryHub, fault: Fault, client: string | undefined): undefined | Lift {
  switch (fault.fault) {
    case "half-open":
      hub.halfOpen(client, fault.direction);
      return () => hub.heal(client);
    case "pause":
      hub.stall(client);
      return () => hub.resume(client);
    case "delay": {
      const before = hub.latencyMs;
      hub.latencyMs = fault.ms;
      return () => void (hub.latencyMs = before);
    }
    case "refuse":
      hub.refuse();
      return () => hub.accept();
    default:
      return undefined;
  }
}
