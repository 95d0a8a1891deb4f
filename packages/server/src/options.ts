/** What the server core can be told, and what holds when it is not told. */
import { type ChannelDefinitions, DEFAULT_LIMITS, type Limits } from "@attune/protocol";
import { type CanAccessChannel, publicChannelsOnly } from "./access/access.js";
import type { Authenticate } from "./access/authenticate.js";
import { type Bounds, DEFAULT_BOUNDS } from "./bounds.js";
import type { Broker } from "./broker/broker.js";
import { createMemoryBroker } from "./broker/memory-broker.js";
import type { HistoryBounds } from "./broker/history-bounds.js";
import { DEFAULT_FLUSH, type FlushWindows } from "./channel/flush-timer.js";
import type { ServerEnv } from "./env/server-env.js";
import { emptyState, type InitialState } from "./state/shared-state.js";

/** Options of the server core. */
export interface CoreOptions<D extends ChannelDefinitions = ChannelDefinitions> {
  /** What channels there are and what may happen on them, from `defineChannels`. Without it any channel, event and payload will do. */
  readonly channels?: D;
  /** Says who a client is. Without it everybody is anonymous. */
  readonly authenticate?: Authenticate;
  /** Says who may do what. Default: everybody may subscribe to public channels, and nobody may do anything else. */
  readonly canAccessChannel?: CanAccessChannel;
  /**
   * Gives what a channel's shared state begins with, where the broker has none: read it from a database, for instance. It MUST fit the
   * channel's `state` schema, and has 5 s. Default: `{}`.
   */
  readonly initialState?: InitialState;
  /** Keeps the logs. Default: in memory, for one node. */
  readonly broker?: Broker;
  /** What one connection is allowed; it is told. */
  readonly limits?: Partial<Limits>;
  /** What keeps one client from taking the server down. */
  readonly bounds?: Partial<Bounds>;
  /** How long a lost client stays a member and may resume, in milliseconds. Default 5,000; 0 shows every interruption to others. */
  readonly graceMs?: number;
  /** How much the default broker keeps of each channel. Has no effect beside `broker`. */
  readonly history?: Partial<HistoryBounds>;
  /** How long busy lanes gather. */
  readonly flush?: Partial<FlushWindows>;
  /** Hears of errors that no caller can: of the app's callbacks, of the broker, of the server itself. Default: stderr. */
  readonly onError?: (error: unknown, where: string) => void;
  /** Time, chance and ids. */
  readonly env: ServerEnv;
}

/** {@link CoreOptions} with nothing left open. */
export interface Settings {
  readonly channels: ChannelDefinitions | undefined;
  readonly authenticate: Authenticate;
  readonly canAccessChannel: CanAccessChannel;
  readonly initialState: InitialState;
  readonly broker: Broker;
  readonly limits: Limits;
  readonly bounds: Bounds;
  readonly graceMs: number;
  readonly flush: FlushWindows;
  readonly env: ServerEnv;
}

/** Fills in the defaults. */
export function toSettings(options: CoreOptions): Settings {
  const { onError, history = {} } = options;
  const env = onError ? { ...options.env, report: fenced(onError) } : options.env;
  return {
    channels: options.channels,
    authenticate: options.authenticate ?? (() => null),
    canAccessChannel: options.canAccessChannel ?? publicChannelsOnly,
    initialState: options.initialState ?? emptyState,
    broker: options.broker ?? createMemoryBroker({ env, history }),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    bounds: { ...DEFAULT_BOUNDS, ...options.bounds },
    graceMs: options.graceMs ?? 5_000,
    flush: { ...DEFAULT_FLUSH, ...options.flush },
    env,
  };
}

/** What an error handler throws itself has nobody left to hear it, and must not take the server down. */
function fenced(onError: ServerEnv["report"]): ServerEnv["report"] {
  return (error, where) => {
    try {
      onError(error, where);
    } catch {}
  };
}
