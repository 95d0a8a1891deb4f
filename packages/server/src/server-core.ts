/** Puts a server together: frames in, frames out. */
import {
  type ChannelDefinitions,
  type ChannelNameOf,
  type DefinitionOf,
  type EventData,
  type EventOf,
  RealtimeError,
  type StateOf,
} from "@attune/protocol";
import { Admission } from "./access/admission.js";
import { PendingAppends } from "./broker/pending-appends.js";
import { ChannelHub } from "./channel/channel-hub.js";
import { ClientInlet } from "./connection/client-inlet.js";
import { serverFull } from "./connection/greeting.js";
import type { TransportInlet, TransportLink } from "./connection/transport-link.js";
import { PacedReport } from "./env/paced-report.js";
import { type PublishedMessage, publishFromBackend } from "./handlers/backend-publish.js";
import { type BackendState, readBackendState, updateBackendState } from "./handlers/backend-state.js";
import { type CoreOptions, type Settings, toSettings } from "./options.js";
import type { ServerContext } from "./server-context.js";
import type { Session } from "./session/session.js";
import { SessionStore } from "./session/session-store.js";
import { createCounters, type Stats } from "./stats.js";

/** How long clients of a restarted server may take to come back, on top of the grace. */
const ADMISSION_WINDOW_MS = 10_000;

/** Within how many milliseconds clients of a closing server are told to come back. */
const DRAIN_SPREAD_MS = 2_000;

/** Whom to take access from: a user on one channel, or a user altogether. */
export interface Revocation {
  readonly userId: string;
  /** Absent: every connection of the user is closed with 4100, and no session of it can be resumed. */
  readonly channel?: string;
}

/** A server without a transport. */
export interface ServerCore<D extends ChannelDefinitions = ChannelDefinitions> {
  /** What holds of the options given, defaults included. */
  readonly settings: Settings;
  /** Takes a connection of a transport. The transport hands what comes in to the answer. */
  accept(link: TransportLink): TransportInlet;
  /**
   * Publishes a message of the backend: its sender is nobody, and neither access nor rate is asked about.
   *
   * @returns its place in the log, when it stands there
   * @throws {RealtimeError} (as a rejection) `invalid-channel`, `unknown-event`, `invalid-payload`, `payload-too-large`,
   * `async-schema`, `server-draining`
   */
  publish<N extends ChannelNameOf<D>, E extends EventOf<DefinitionOf<D, N>>>(
    channel: N,
    event: E,
    data: EventData<DefinitionOf<D, N>, E>,
  ): Promise<PublishedMessage>;
  /**
   * Reads the shared state of a channel, and begins it where there is none.
   *
   * @throws {RealtimeError} (as a rejection) `invalid-channel`, `unknown-event` where none is declared, `invalid-option` when
   * `initialState` gives none, `timeout` when it takes too long, `server-draining`
   */
  readState<N extends ChannelNameOf<D>>(channel: N): Promise<BackendState<StateOf<DefinitionOf<D, N>>>>;
  /**
   * Changes the shared state of a channel by a draft, as `update()` does on a client: neither access nor rate is asked about. The mutator
   * is run again when somebody else's change goes before.
   *
   * @returns the state after it, when that is stored
   * @throws {RealtimeError} (as a rejection) as `readState`; `invalid-payload`, `payload-too-large`, `async-schema`, `conflict` when
   * others went before twenty times; and what the mutator throws
   */
  updateState<N extends ChannelNameOf<D>>(
    channel: N,
    mutator: (draft: StateOf<DefinitionOf<D, N>>) => StateOf<DefinitionOf<D, N>> | void,
  ): Promise<BackendState<StateOf<DefinitionOf<D, N>>>>;
  /** Takes access away at once. Sessions on other nodes are theirs to end. */
  revoke(whom: Revocation): void;
  stats(): Stats;
  /** Tells every client when to come back, ends every session, and waits for what is being appended. */
  close(): Promise<void>;
}

/**
 * Creates a server core: it knows no socket, no time and no chance but what `options.env` gives it.
 *
 * @example
 * ```ts
 * import { nodeEnv } from "@attune/server";
 * import { createServerCore } from "@attune/server/core";
 * const core = createServerCore({ env: nodeEnv });
 * const inlet = core.accept({ send: (frame) => frame.text, close: () => {}, bufferedBytes: () => 0 });
 * inlet.receive({ t: "hello", v: 1, vis: true });
 * ```
 */
export function createServerCore<const D extends ChannelDefinitions = ChannelDefinitions>(
  options: CoreOptions<D>,
): ServerCore<D> {
  const context = createContext(toSettings(options));
  const { settings, hub, node, sessions, counters, appends, stopSettling } = context;
  const { env } = settings;
  const inlets = new Set<ClientInlet>();
  let closing: Promise<void> | undefined;

  function draining(): RealtimeError {
    const retryAfterMs = Math.floor(env.random() * DRAIN_SPREAD_MS);
    return new RealtimeError("server-draining", "The server is closing.", { details: { retryAfterMs } });
  }

  async function drain(): Promise<void> {
    for (const inlet of [...inlets]) inlet.dismiss(draining());
    for (const session of sessions.all()) sessions.end(session);
    stopSettling();
    await appends.settled();
    hub.stop();
    await node.leave();
  }

  return {
    settings,
    accept(link) {
      const inlet = new ClientInlet(context, link, (ended) => inlets.delete(ended));
      inlets.add(inlet);
      if (closing) inlet.dismiss(draining());
      else if (inlets.size > settings.bounds.connections) inlet.dismiss(serverFull(context));
      return inlet;
    },
    async publish(channel, event, data) {
      if (closing) throw draining();
      return publishFromBackend(context, { channel, event, data });
    },
    async readState(channel) {
      if (closing) throw draining();
      return (await readBackendState(context, channel)) as never;
    },
    async updateState(channel, mutator) {
      if (closing) throw draining();
      return (await updateBackendState(context, channel, mutator as never)) as never;
    },
    revoke({ userId, channel }) {
      if (channel === undefined) for (const arrival of context.arrivals) arrival.add(userId);
      for (const session of sessions.all()) {
        if (session.user?.userId !== userId) continue;
        if (channel === undefined) endForGood(context, session);
        else if (session.carrier) session.carrier.revoke(channel);
        else session.leave(channel);
      }
    },
    stats: () => ({
      ...counters,
      connections: inlets.size,
      sessions: sessions.size,
      channels: hub.size,
      subscriptions: hub.subscriptions,
      ...(env.loopDelayMs ? { loopDelayMs: env.loopDelayMs() } : {}),
    }),
    close: () => (closing ??= drain()),
  };
}

function endForGood({ sessions }: ServerContext, session: Session): void {
  const { carrier } = session;
  sessions.end(session);
  carrier?.bye(4100, "Access was revoked.");
}

function createContext(settings: Settings): ServerContext {
  const { env, bounds, broker, channels, limits, graceMs, flush, initialState } = settings;
  let isSettling = true;
  const stopSettling = env.clock.after(graceMs + ADMISSION_WINDOW_MS, () => {
    isSettling = false;
  });
  const node = broker.connect();
  const { stateBytes, initialStateMs } = bounds;
  const stateParts = { node, initialState, stateBytes, clock: env.clock, initialStateMs };
  return {
    settings,
    node,
    stateParts,
    hub: new ChannelHub(channels, { env, node, flush, stateParts }),
    sessions: new SessionStore({ env, limits, bounds, graceMs }),
    admission: new Admission(bounds.admittedPerSecond, bounds.admittedAtOnce),
    counters: createCounters(),
    appends: new PendingAppends(),
    arrivals: new Set(),
    unauthenticated: new PacedReport(env, "authenticate()"),
    isSettling: () => isSettling,
    stopSettling,
  };
}
