/** How the Supabase double can be set up: each limit and delay, with the value of the real service as its default. */
import type { Clock, Random } from "@attune/protocol";
import { seededRandom } from "../seeded-random.js";
import { systemClock } from "../system-clock.js";
import { DOUBLE_SECRET, type SupabaseToken } from "./token.js";

/** Limits. Source: supabase/realtime at 833cf36, file named with each; plan limits in Supabase's docs differ by plan. */
export interface SupabaseLimits {
  /** Sockets that may be open at once. Default 200 (`max_concurrent_users` of a self-hosted tenant). */
  readonly connections: number;
  /** Channels on one socket. Default 100 (`max_channels_per_client`). */
  readonly channels: number;
  /** Joins a second, of all sockets together, on average. Default 100 (`max_joins_per_second`). */
  readonly joinsPerSecond: number;
  /** Broadcasts a second, taken in and given out, of all sockets together, on average. Default 100 (`max_events_per_second`). */
  readonly messagesPerSecond: number;
  /** Presence messages a second, taken in and given out, of all sockets together, on average. Default 1,000. */
  readonly presencePerSecond: number;
  /** How long a bucket of the averages is. Default 5,000 ms: a burst is judged when its bucket is over (tenants.ex). */
  readonly rateTickMs: number;
  /** How many buckets an average spans. Default 12 (tenants.ex). */
  readonly rateBuckets: number;
  /** Presence calls of one channel on one socket in `presenceWindowMs`. Default 5 (realtime_channel.ex). */
  readonly presenceCalls: number;
  /** Default 30,000 ms (realtime_channel.ex). */
  readonly presenceWindowMs: number;
  /** Bytes of a payload. Default 3,000,500 (`max_payload_size_in_kb`, and the padding in tenants.ex). */
  readonly payloadBytes: number;
  /** Bytes of a frame; a longer one ends the socket with 1009. Default 5,000,000 (endpoint.ex). */
  readonly frameBytes: number;
  /** Messages that a replay gives at most, and without `limit`. Default 25 (messages.ex). */
  readonly replay: number;
  /** How long messages are kept. Default 72 hours (messages.ex). */
  readonly retentionMs: number;
}

/** Delays, in milliseconds. Tests set them small. */
export interface SupabaseDelays {
  /** Before a refused handshake is answered. Default 2,000 (`CONNECT_ERROR_BACKOFF_MS`). */
  readonly connectErrorMs: number;
  /** Before a refused join is answered; the whole socket waits. Default 5,000 (`CHANNEL_ERROR_BACKOFF_MS`). */
  readonly joinErrorMs: number;
  /** Between the subscription of a join and its reply. Default 0; on the real service what its database needs. */
  readonly joinMs: number;
  /** Before Postgres changes flow. Default 0; on the real service up to seconds. */
  readonly postgresMs: number;
  /** Without a frame from the client for so long, the socket is ended. Default 60,000 (Cowboy's `idle_timeout`). */
  readonly idleMs: number;
  /** A socket whose last channel is gone is ended after this. Default 600,000 (`NO_CHANNEL_TIMEOUT_IN_MS`). */
  readonly noChannelsMs: number;
  /** How often a channel's token is checked, besides at its expiry. Default 300,000 (realtime_channel.ex). */
  readonly tokenCheckMs: number;
}

/** A question to the policies on `realtime.messages`. */
export interface SupabaseAccess {
  /** As the app names it, without `realtime:`. */
  readonly topic: string;
  readonly token: SupabaseToken;
}

/** A policy: private channels only are asked about. */
export type SupabasePolicy = (access: SupabaseAccess) => boolean | Promise<boolean>;

/** How to make a double. */
export interface SupabaseDoubleOptions {
  /** Keys that stand for the role `anon`, beside JWTs. Default `["anon"]`. */
  readonly apiKeys?: readonly string[];
  /** What HS256 tokens are signed with. Default what {@link supabaseToken} signs with. Unsigned tokens are taken, too. */
  readonly jwtSecret?: string;
  /** Who may join a private channel. Default every role but `anon`. Asked at the join and when a token is renewed. */
  readonly canRead?: SupabasePolicy;
  /** Who may broadcast and track on a private channel. Default as `canRead`'s. Asked once for each join and token. */
  readonly canWrite?: SupabasePolicy;
  /** Whose broadcasts may be stored, when `persistence` is on. Default `canWrite`. */
  readonly canPersist?: SupabasePolicy;
  /** Whether `persist` of `send()` and `httpSend()` is heeded (feature flag `broadcast_persistence`). Default false: ignored. */
  readonly persistence?: boolean;
  /**
   * What becomes of a broadcast that `canWrite` forbids, where acks are asked for: `silent` (default, as 833cf36 has it), or
   * `reply`, the error that later versions answer.
   */
  readonly refusedWrites?: "silent" | "reply";
  readonly limits?: Partial<SupabaseLimits>;
  readonly delays?: Partial<SupabaseDelays>;
  /** Default the machine's. */
  readonly clock?: Clock;
  /** Draws ids. Default `seededRandom(1)`: the same in every run. */
  readonly random?: Random;
}

/** Options, all of them decided. */
export type Settings = Required<Omit<SupabaseDoubleOptions, "limits" | "delays">> & {
  readonly limits: SupabaseLimits;
  readonly delays: SupabaseDelays;
};

const realLimits: SupabaseLimits = {
  connections: 200,
  channels: 100,
  joinsPerSecond: 100,
  messagesPerSecond: 100,
  presencePerSecond: 1_000,
  rateTickMs: 5_000,
  rateBuckets: 12,
  presenceCalls: 5,
  presenceWindowMs: 30_000,
  payloadBytes: 3_000_500,
  frameBytes: 5_000_000,
  replay: 25,
  retentionMs: 72 * 3_600_000,
};

const realDelays: SupabaseDelays = {
  connectErrorMs: 2_000,
  joinErrorMs: 5_000,
  joinMs: 0,
  postgresMs: 0,
  idleMs: 60_000,
  noChannelsMs: 600_000,
  tokenCheckMs: 300_000,
};

const signedIn: SupabasePolicy = ({ token }) => token.role !== "anon";

/** Decides what the options leave open. */
export function settingsOf(options: SupabaseDoubleOptions): Settings {
  const { canWrite = signedIn } = options;
  return {
    apiKeys: options.apiKeys ?? ["anon"],
    jwtSecret: options.jwtSecret ?? DOUBLE_SECRET,
    canRead: options.canRead ?? signedIn,
    canWrite,
    canPersist: options.canPersist ?? canWrite,
    persistence: options.persistence ?? false,
    refusedWrites: options.refusedWrites ?? "silent",
    limits: { ...realLimits, ...options.limits },
    delays: { ...realDelays, ...options.delays },
    clock: options.clock ?? systemClock,
    random: options.random ?? seededRandom(1),
  };
}
