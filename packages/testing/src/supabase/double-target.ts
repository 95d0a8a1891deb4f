/** The Supabase double as a target of scenarios. */
import type { Fault } from "../faults/fault.js";
import { type FaultTarget, type Lift, pickOne } from "../faults/fault-target.js";
import type { SupabaseDouble } from "./supabase-double.js";

const CAN: readonly Fault["fault"][] = [
  "cut",
  "pause",
  "refuse",
  "crash-channel",
  "drop-ack",
  "drop-message",
  "duplicate-message",
  "expire-token",
  "restart",
];

/** Faults that strike a client of its own, if asked to. */
const OF_SOMEBODY: readonly Fault["fault"][] = ["cut", "pause", "crash-channel", "expire-token"];

/**
 * Lets scenarios play on a double. `on` is the `client` of a connection's URL, the number of a connection, or `any`.
 * Put a fault proxy in front of it for what happens to bytes.
 *
 * @example
 * ```ts
 * import { play, scenario } from "@attune/testing";
 * import { createSupabaseDouble, supabaseTarget } from "@attune/testing/supabase";
 * const double = await createSupabaseDouble();
 * const playing = play(scenario([{ every: 1_000, times: 3, fault: "restart" }]), supabaseTarget(double));
 * await playing.finished;
 * ```
 */
export function supabaseTarget(double: SupabaseDouble): FaultTarget {
  return {
    name: "supabaseTarget()",
    cannot(fault) {
      if (!CAN.includes(fault.fault))
        return `the double can do ${CAN.join(", ")}; a fault proxy in front of it can do more`;
      if (fault.fault === "pause" && (fault.direction ?? "both") !== "both") return "it pauses both directions or none";
      if (fault.on !== undefined && !OF_SOMEBODY.includes(fault.fault)) return "it strikes everybody: leave `on` out";
      return undefined;
    },
    strike(fault, pick) {
      const any = fault.on === "any" ? pickOne(double.connections, pick)?.number : fault.on;
      if (fault.on === "any" && any === undefined) return undefined;
      return strike(double, fault, typeof any === "number" ? `#${any}` : any);
    },
  };
}

function strike(double: SupabaseDouble, fault: Fault, client: string | undefined): undefined | Lift {
  switch (fault.fault) {
    case "cut":
      return void double.cut(client);
    case "crash-channel":
      return void double.crashChannel(fault.channel, client);
    case "drop-ack":
      return void double.dropNextAck();
    case "drop-message":
      return void double.dropNextBroadcast();
    case "duplicate-message":
      return void double.doubleNextBroadcast();
    case "expire-token":
      return void double.expireTokens(client);
    case "restart":
      return void double.restart();
    case "refuse":
      double.refuse();
      return () => double.accept();
    default:
      double.stall(client);
      return () => double.resume(client);
  }
}
