/** A hub under a manual clock, and clients that record. */
import type { OutgoingMessage } from "@attune/core/driver";
import {
  createMemoryHub,
  type ManualClock,
  manualClock,
  memoryDriver,
  type MemoryDriverOptions,
  type MemoryHub,
} from "../src/index.js";
import { open, type Recording } from "./recording-host.js";

export const room = "presence:room:1";
export const news = "public:news";

export interface MemoryWorld {
  readonly clock: ManualClock;
  readonly hub: MemoryHub;
  connect(client: string, options?: MemoryDriverOptions): Promise<Recording>;
}

export function memoryWorld(latencyMs = 0): MemoryWorld {
  const clock = manualClock();
  const hub = createMemoryHub({ clock, latencyMs });
  return { clock, hub, connect: (client, options) => open(memoryDriver(hub, { client, ...options }), clock) };
}

/** The message with this sequence, linked to the one before it. */
export function outgoing(sequence: number, over: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const data = { sequence };
  return { channel: news, event: "headline", data, producer: "p", sequence, previous: sequence - 1, ...over };
}
