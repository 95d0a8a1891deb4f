/** What the host needs of that which carries the messages, be it its own server or somebody else's. */
import type { Server } from "node:http";
import type { Carrier } from "@attune-demo/room/client";
import type { GuestUser } from "./guests.js";

/** It runs. */
export interface Carrying {
  /** What pages are told of it. */
  readonly carrier: Carrier;
  /** For who started the host; absent when there is nothing to say. */
  readonly description?: string;
  /** Makes the token by which it knows a guest. */
  sign(guest: GuestUser): Promise<string>;
  /** Takes its share of the host's connections. */
  attach(http: Server): void;
  /** Tells the clients, and stops. */
  close(): Promise<void>;
}
