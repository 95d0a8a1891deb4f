/** Official clients against the Supabase double, in both versions that Attune supports. */
import {
  createClient as createNewest,
  type RealtimeChannel,
  type RealtimeChannelOptions,
  type SupabaseClient,
} from "@supabase/supabase-js";
import { createClient as createLowest } from "supabase-js-lowest";
import { afterEach, beforeEach } from "vitest";
import { WebSocket } from "ws";
import { until } from "../src/index.js";
import {
  createSupabaseDouble,
  type SupabaseDouble,
  type SupabaseDoubleOptions,
  supabaseToken,
} from "../src/supabase/index.js";

/** Versions of the client, the lowest one first. */
export const versions = ["2.112.4", "2.119.1"] as const;
export type Version = (typeof versions)[number];

/** How to make a client. */
export interface ClientSettings {
  /** How the double knows it. */
  readonly client?: string;
  readonly token?: string | (() => string);
  readonly apiKey?: string;
  readonly vsn?: string;
  readonly heartbeatMs?: number;
  /** For answers. Default 10 s, the client's own. */
  readonly timeoutMs?: number;
  readonly url?: string;
}

export type Client = Pick<SupabaseClient, "channel" | "realtime" | "removeChannel">;

/** A channel, and what it was told. */
export interface Heard {
  readonly channel: RealtimeChannel;
  readonly statuses: string[];
  readonly errors: string[];
  readonly broadcasts: { event: string; payload: unknown; meta?: unknown }[];
  readonly system: { status: string; message: string }[];
  readonly presence: string[];
}

interface World {
  double: SupabaseDouble;
  /** Replaces the double, before any client is made. */
  start(options: SupabaseDoubleOptions): Promise<SupabaseDouble>;
  client(version: Version, settings?: ClientSettings): Client;
  /** A client that is signed in: without the wait, its first join would go without the token. */
  user(version: Version, sub: string, settings?: ClientSettings): Promise<Client>;
}

/** A double for each test, and the end of everything after it. */
export function supabaseWorld(): World {
  const clients: Client[] = [];
  const fast = { connectErrorMs: 5, joinErrorMs: 5 };
  const world: World = {
    double: undefined as unknown as SupabaseDouble,
    async start({ delays, ...options }) {
      await world.double?.close();
      world.double = await createSupabaseDouble({ ...options, delays: { ...fast, ...delays } });
      return world.double;
    },
    client(version, settings = {}) {
      const create = version === "2.119.1" ? createNewest : (createLowest as unknown as typeof createNewest);
      const { token, client, vsn, heartbeatMs = 25_000, timeoutMs = 10_000 } = settings;
      const made = create(settings.url ?? world.double.url, settings.apiKey ?? "anon", {
        ...(token === undefined ? {} : { accessToken: async () => (typeof token === "string" ? token : token()) }),
        realtime: {
          transport: WebSocket as never,
          heartbeatIntervalMs: heartbeatMs,
          timeout: timeoutMs,
          reconnectAfterMs: () => 10,
          logger: () => {},
          ...(vsn === undefined ? {} : { vsn }),
          ...(client === undefined ? {} : { params: { client } }),
        },
      });
      clients.push(made);
      return made;
    },
    async user(version, sub, settings = {}) {
      const made = world.client(version, { token: supabaseToken({ sub }), ...settings });
      await made.realtime.setAuth();
      return made;
    },
  };
  beforeEach(() => world.start({}).then(() => {}));
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.realtime.disconnect();
    await world.double.close();
  });
  return world;
}

/** Subscribes, and writes down what comes. */
export function listen(client: Client, topic: string, config: RealtimeChannelOptions["config"] = {}): Heard {
  const channel = client.channel(topic, { config });
  const heard: Heard = { channel, statuses: [], errors: [], broadcasts: [], system: [], presence: [] };
  channel.on("broadcast", { event: "*" }, ({ event, payload, meta }) => {
    heard.broadcasts.push({ event, payload, ...(meta === undefined ? {} : { meta }) });
  });
  channel.on("system", {}, (message: { status: string; message: string }) => heard.system.push(message));
  if (config.presence) {
    for (const event of ["sync", "join", "leave"] as const) {
      channel.on("presence", { event: event as "sync" }, () => heard.presence.push(event));
    }
  }
  channel.subscribe((status, error) => {
    heard.statuses.push(status);
    if (error) heard.errors.push(error.message);
  });
  return heard;
}

/** Waits until the channel is joined. */
export async function joined(heard: Heard): Promise<Heard> {
  await until(() => heard.statuses.includes("SUBSCRIBED"), { describe: () => heard.statuses });
  return heard;
}
