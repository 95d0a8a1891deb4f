/** The driver of the three apps. */
import type { Driver } from "@attune/core";
import { socketio } from "@attune/socketio";
import { askForCarrier, type Carrier } from "./carrier.js";
import { overSupabase } from "./over-supabase.js";

export type { Carrier } from "./carrier.js";

// Awaited up here, because a service wants its driver at once.
const carrier = await askForCarrier();

/** The driver over what the host says; every app has one of its own. */
export function roomDriver(): Driver {
  return driverOver(carrier);
}

export function driverOver(told: Carrier): Driver {
  return told.driver === "supabase" ? overSupabase(told) : socketio("");
}
