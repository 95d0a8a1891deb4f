/** Puts the service together: the only file that knows every other. */
import { isRealtimeError, RealtimeError } from "@attune/protocol";
import type { ChannelDefinitions } from "@attune/protocol";
import { batch } from "nanostores";
import type { Channel, RealtimeMessage } from "./channel/channel-handle.js";
import { createChannel } from "./channel/channel.js";
import { createRegistry } from "./channel/registry.js";
import { assertReconnectOptions, DEFAULT_RECONNECT } from "./connection/backoff.js";
import { createConnection } from "./connection/connection.js";
import type { ChannelArrivals } from "./connection/connection.js";
import type { DriverConnection, Opened } from "./driver.js";
import { steady } from "./env/clock.js";
import { browserEnvironment } from "./env/environment.js";
import type { Environment } from "./env/environment.js";
import { createNotices } from "./notices.js";
import { createOutbox } from "./outbox/outbox.js";
import { DEFAULT_QUEUE } from "./outbox/queue-options.js";
import type { PresenceMember } from "./presence/member.js";
import type { RealtimeOptions } from "./realtime-options.js";
import type { Realtime, ServiceNotices } from "./realtime-service.js";
import { createServiceClock } from "./service-clock.js";
import { createServiceListeners } from "./service-listeners.js";

type Listener = (message: RealtimeMessage) => void;

/**
 * Makes a realtime service. It does nothing before something needs it; `dispose()` ends it.
 *
 * @throws {RealtimeError} `invalid-option`
 * @example
 * ```ts
 * import { createRealtime } from "@attune/core";
 * import type { Driver } from "@attune/core/driver";
 * declare const driver: Driver; // socketio("https://example.com")
 * const realtime = createRealtime({ driver });
 * realtime.subscribe("public:news", "headline", ({ data }) => data);
 * ```
 */
export function createRealtime<const D extends ChannelDefinitions = ChannelDefinitions>(
  options: RealtimeOptions<D>,
): Realtime<D> {
  const { driver } = options;
  const given = { ...browserEnvironment(), ...options.env };
  const world: Environment = { ...given, clock: steady(given.clock) };
  // One that comes back by itself also says when it does not any more: its attempts are not core's to count.
  const isDrivers = driver.capabilities.reconnect === "driver" && { maxAttempts: Infinity };
  const reconnect = { ...DEFAULT_RECONNECT, ...isDrivers, ...options.reconnect };
  assertReconnectOptions(reconnect);
  const notices = createNotices<ServiceNotices>(report);
  const listeners = createServiceListeners();
  const presenceListeners = createServiceListeners();
  /** Ends the questions that the connection can no longer answer. */
  const questions = new Set<() => void>();
  /** Set by `disconnect()`: from then on only `connect()` connects. */
  let isStopped = false;
  let isDisposed = false;
  let isReporting = false;
  let link: DriverConnection | undefined;
  let me: Opened | undefined;

  function report(error: unknown): void {
    // A listener of errors that throws must not be told of that.
    const isNested = isReporting;
    isReporting = true;
    const known = isRealtimeError(error, "storage-failed")
      ? error
      : new RealtimeError("internal-error", "A listener, or work in the background, failed.", { cause: error });
    if (isNested || !notices.tell("error", known)) world.report(error);
    isReporting = isNested;
  }

  /** All atoms that one event changes change together; a store listener that throws stops nothing else. */
  function transact(run: () => void): void {
    try {
      batch(run);
    } catch (error) {
      report(error);
    }
  }

  const { clock, stop: stopTimers } = createServiceClock(world.clock, transact);
  const outbox = createOutbox({
    clock,
    page: world.page,
    producer: world.id(),
    queue: { ...DEFAULT_QUEUE, ...options.queue },
    dedupe: driver.capabilities.dedupe,
    keepsOrder: driver.capabilities.dedupe && driver.capabilities.recovery === "offset",
    transact,
    report,
    onAdopted: demand,
    onSent(record, ack) {
      notices.tell("message_sent", { ...record, ack });
      if (driver.capabilities.echo === "none") registry.leased.get(record.channel)?.sent(record, ack);
    },
    onFailed: (record) => void notices.tell("message_failed", record),
  });

  const registry = createRegistry((name) =>
    createChannel(name, {
      clock,
      id: world.id,
      capabilities: driver.capabilities,
      definitions: options.channels,
      recent: options.recent ?? 50,
      link: () => link,
      isDegraded: () => ($state.value as { readonly isDegraded?: boolean }).isDegraded === true,
      me: () => me,
      leased(channel, isLeased) {
        registry.setLeased(channel, isLeased);
        if (isLeased) demand();
      },
      hold: (channel) => registry.hold(channel),
      publish(channel, event, data, check) {
        demand();
        return outbox.publish(channel, event, data, check);
      },
      syncRequested: (channel) => void notices.tell("sync_requested", { channel }),
      whileConnected: (answer) =>
        new Promise((resolve, reject) => {
          const giveUp = (): void =>
            reject(new RealtimeError("connection-lost", "The connection was lost before the answer came."));
          questions.add(giveUp);
          answer.then(resolve, reject).finally(() => questions.delete(giveUp));
        }),
      isDisposed: () => isDisposed,
      transact,
      report,
    }),
  );

  const arrivals = {} as Record<keyof ChannelArrivals, (channel: string, ...args: never[]) => void>;
  for (const kind of ["attached", "messages", "presence", "signals", "state", "live", "detached"] as const) {
    arrivals[kind] = (name, ...args) => {
      const channel = registry.leased.get(name);
      // What comes before the answer to a join is left over from an earlier connection, and may be old.
      if (channel?.isHeard || /tached/.test(kind))
        (channel?.[kind] as ((...args: never[]) => void) | undefined)?.(...args);
    };
  }

  const connection = createConnection({
    driver,
    env: world,
    clock,
    auth: options.auth,
    reconnect,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    transact,
    tell: notices.tell,
    arrivals: arrivals as ChannelArrivals,
    opened(opened, info) {
      link = opened;
      me = info;
      for (const channel of registry.leased.values()) channel.opened();
      // Async, so that what a driver throws is a rejection.
      const send: DriverConnection["publish"] = async (message) => {
        const answer = opened.publish(message);
        connection.published();
        return answer;
      };
      outbox.opened(send, info.user?.userId ?? null, info.limits);
    },
    lost() {
      link = undefined;
      for (const giveUp of questions) giveUp();
      questions.clear();
      outbox.lost();
      for (const channel of [...registry.leased.values()]) channel.lost();
    },
  });
  const { $state } = connection;

  /** Something needs a connection. One that was ended, by the app or for good, waits for `connect()`. */
  function demand(): void {
    const current = $state.value;
    if (!isStopped && current?.status === "disconnected" && !current.error)
      connection.send({ type: "connect-requested" });
  }

  function channelOf(name: string): Channel {
    if (isDisposed) throw new RealtimeError("disposed", `Cannot use "${name}": the service was disposed.`);
    return registry.get(name).handle;
  }

  function subscribeToChannel(name: string, callbacks: Readonly<Record<string, Listener | undefined>>): () => void {
    const channel = channelOf(name);
    const ends = Object.entries(callbacks).map(([event, callback]) =>
      listeners.add(channel, event, () => (callback ? channel.on(event, callback) : () => {})),
    );
    return () => {
      for (const end of ends) end();
    };
  }

  if (options.lazy === false) demand();

  const service: Realtime = {
    $connection: $state,
    $queue: outbox.$queue,
    capabilities: driver.capabilities,
    connect() {
      isStopped = false;
      const connected = connection.connect();
      connected.catch(() => {});
      return connected;
    },
    async disconnect() {
      isStopped = true;
      listeners.end();
      presenceListeners.end();
      connection.send({ type: "disconnect-requested" });
      transact(() => {
        for (const channel of registry.leased.values()) channel.released();
      });
    },
    reconnect: () => connection.send({ type: "reconnect-requested" }),
    dispose() {
      isDisposed = isStopped = true;
      listeners.end();
      presenceListeners.end();
      connection.send({ type: "dispose-requested" });
      transact(() => {
        for (const channel of registry.leased.values()) channel.released();
        outbox.dispose();
      });
      notices.clear();
      stopTimers();
    },
    channel: channelOf,
    subscribe: (channel, event, callback) => subscribeToChannel(channel, { [event]: callback as Listener }),
    unsubscribe: (channel, event) => listeners.end(channel, event ?? undefined),
    subscribeToChannel: (channel, callbacks) =>
      subscribeToChannel(channel, callbacks as Readonly<Record<string, Listener>>),
    publish(channel, event, data) {
      // In a function of its own, so that a wrong name rejects too; nobody has to await it.
      const acked = (async () => channelOf(channel).publish(event, data))();
      acked.catch(() => {});
      return acked;
    },
    signal: (channel, name, value) => channelOf(channel).signal(name, value),
    presence(name) {
      const channel = channelOf(name);
      const listenTo =
        (notice: "member_joined" | "member_left" | "member_updated") =>
        (callback: (member: PresenceMember<never>) => void) =>
          presenceListeners.add(channel, notice, () =>
            channel.on(notice, callback as (member: PresenceMember) => void),
          );
      return {
        getMembers: () => channel.$members.get() as never,
        onJoin: listenTo("member_joined"),
        onLeave: listenTo("member_left"),
        onUpdate: listenTo("member_updated"),
      };
    },
    setPresenceState: (channel, patch) => channelOf(channel).setMyState(patch),
    startTyping: (channel) => channelOf(channel).startTyping(),
    stopTyping: (channel) => channelOf(channel).stopTyping(),
    getConnectionState: () => $state.get().status,
    onConnectionChange(callback) {
      let last = $state.get().status;
      return $state.listen(({ status }) => {
        if (status === last) return;
        last = status;
        callback(status);
      });
    },
    getLatency() {
      const current = $state.get();
      return current.status === "connected" ? current.latencyMs : undefined;
    },
    on: notices.on,
    retry: outbox.retry,
    discard: outbox.discard,
  };
  return service as Realtime<D>;
}
