/** Clients of one in-memory hub, under one clock. */
import { type ChannelDefinitions, createRealtime, type Realtime, type RealtimeOptions } from "@attune/core";
import {
  createMemoryHub,
  type ManualClock,
  manualClock,
  type MemoryDriverOptions,
  type MemoryHub,
  memoryDriver,
} from "@attune/testing";
import { type TestEnvironment, testEnvironment } from "./environment.js";

export interface Client<D extends ChannelDefinitions = ChannelDefinitions> {
  readonly realtime: Realtime<D>;
  readonly env: TestEnvironment;
}

export interface World {
  readonly clock: ManualClock;
  readonly hub: MemoryHub;
  /** Makes a client of the hub, known there by this name. It has not connected. */
  client<const D extends ChannelDefinitions = ChannelDefinitions>(
    name: string,
    options?: Partial<RealtimeOptions<D>> & { readonly provider?: MemoryDriverOptions },
  ): Client<D>;
  /** Lets everything happen that is due now. */
  settle(): Promise<void>;
  /** What a client asked of the hub, by kind. */
  asked<T extends MemoryHub["received"][number]["type"]>(
    type: T,
    client?: string,
  ): Extract<MemoryHub["received"][number], { type: T }>[];
}

export const RECOVERY_MODES = ["offset", "cursor", "none"] as const;

export const ROOM = "presence:room:1";
export const NEWS = "public:news";

export function createWorld({ latencyMs = 0 }: { readonly latencyMs?: number } = {}): World {
  const clock = manualClock();
  const hub = createMemoryHub({ clock, latencyMs });
  return {
    clock,
    hub,
    client(name, { provider, ...options } = {}) {
      const env = testEnvironment(clock);
      const driver = memoryDriver(hub, { client: name, ...provider });
      return { realtime: createRealtime({ driver, ...options, env: { ...env, ...options.env } }), env };
    },
    settle: () => clock.advance(0),
    asked: (type, client) =>
      hub.received.filter(
        (request) => request.type === type && (client === undefined || request.client === client),
      ) as never,
  };
}
