/** A whole driver in one file, to copy from: the tabs of one origin talk over BroadcastChannel, without any server. */
import type {
  Capabilities,
  Driver,
  DriverConnection,
  DriverHost,
  IncomingMessage,
  IncomingSignal,
  PresenceDelta,
} from "@attune/core/driver";
import {
  isRealtimeError,
  messageId,
  type PresenceEntry,
  type Random,
  RealtimeError,
  type User,
} from "@attune/protocol";

/** How this tab takes part. There is no server to ask, so what `@attune/server` is told of users, this driver is told. */
export interface BroadcastChannelDriverOptions {
  /** Who a token stands for; throws `RealtimeError("unauthorized")` for nobody. It runs in this very tab: no other can rely on it. */
  authenticate(token: string | undefined): User | Promise<User>;
  /** Whether a user may be on a channel: asked when joining, and at every heartbeat. Default: everybody, everywhere. */
  canAccessChannel?(user: User, channel: string): boolean;
  /** Tabs of the same name hear each other. Default `attune`. */
  readonly name?: string;
  /** How often a tab asks who is there, in milliseconds; who misses three answers is gone. Default 5,000. */
  readonly heartbeatMs?: number;
  /** Opens a line. Default `new BroadcastChannel(name)`. */
  open?(name: string): BroadcastChannel;
}

/** By what is promised: a tab hears what is said while it listens, and nothing else. */
const CAPABILITIES: Capabilities = {
  recovery: "none",
  echo: "none",
  publish: "client",
  guarantee: "handed-over",
  // Nothing here recognises a repeat, but ids travel unchanged, and each reader's core drops the copy.
  dedupe: true,
  authentication: "connection",
  identity: "client",
  presence: { grace: "core" },
  signals: true,
  typing: "core",
  history: false,
  state: false,
  reconnect: "core",
};

/** Part of the line's name: a tab that still runs the code of before a deploy is on another line, and is not misread. */
const FORMAT = 1;
/** Answers that a tab may miss. */
const MAX_MISSED = 3;

/** What tabs say to each other. */
type Frame = { readonly from: string } & (
  | { readonly type: "ask" }
  | ({ readonly channel: string } & (
      | { readonly type: "here"; readonly entry?: PresenceEntry | undefined }
      | { readonly type: "bye" }
      | { readonly type: "message"; readonly message: IncomingMessage }
      | { readonly type: "signal"; readonly signal: Omit<IncomingSignal, "connectionId"> }
    ))
);

/** Another tab on a channel. */
interface Peer {
  /** Absent where there is no presence. */
  readonly entry: PresenceEntry | undefined;
  missed: number;
}

/** A channel that this tab is on. */
interface Joined {
  readonly peers: Map<string, Peer>;
  /** Mine. */
  entry: PresenceEntry | undefined;
  readonly epoch: string;
  revision: number;
}

/**
 * Makes the driver of one tab.
 *
 * Tabs need no network to talk, but core cannot know: `env: { network: { isOnline: () => true, onChange: () => () => {} } }`.
 */
export function broadcastChannelDriver(options: BroadcastChannelDriverOptions): Driver {
  let connectionId: string | undefined;
  return {
    name: "broadcast-channel",
    capabilities: CAPABILITIES,
    connect(host) {
      // The same at every attempt: by it the others know the tab that comes back for the one that was lost.
      connectionId ??= randomId(host.random);
      return connect(host, connectionId, options);
    },
  };
}

function connect(
  host: DriverHost,
  connectionId: string,
  { authenticate, canAccessChannel, name = "attune", heartbeatMs = 5_000, open }: BroadcastChannelDriverOptions,
): DriverConnection {
  const joined = new Map<string, Joined>();
  let user: User;
  let line: BroadcastChannel | undefined;
  let isOver = false;
  let stopBeating = (): void => {};

  async function start(): Promise<void> {
    try {
      user = await authenticate(await host.auth());
      if (isOver) return;
      const lineName = `${name}/${FORMAT}`;
      line = open ? open(lineName) : new BroadcastChannel(lineName);
    } catch (cause) {
      end(isRealtimeError(cause) ? cause : new RealtimeError("transport-failed", "Cannot open a line.", { cause }));
      return;
    }
    line.onmessage = ({ data }: MessageEvent<string>) => receive(JSON.parse(data) as Frame);
    stopBeating = host.clock.after(heartbeatMs, beat);
    host.opened({ connectionId, user, transport: "broadcast-channel" });
  }

  function end(error?: RealtimeError): void {
    if (isOver) return;
    isOver = true;
    stopBeating();
    line?.close();
    joined.clear();
    if (error) host.closed({ error });
  }

  function post(frame: Frame): void {
    // Not as a structured clone: a Date has to arrive as it would over any other provider.
    const text = JSON.stringify(frame);
    try {
      line?.postMessage(text);
    } catch (cause) {
      // A line that was closed under us tells nobody before it is used; the heartbeat uses it.
      end(lost("The line was closed.", cause));
    }
  }

  function receive(frame: Frame): void {
    if (isOver) return;
    host.traffic();
    if (frame.type === "ask") {
      for (const [channel, { entry }] of joined) post({ type: "here", channel, from: connectionId, entry });
      return;
    }
    const { channel, from } = frame;
    const here = joined.get(channel);
    if (!here) return;
    switch (frame.type) {
      case "here":
        return remember(channel, here, from, frame.entry);
      case "bye":
        return forget(channel, here, [from]);
      case "message":
        return host.messages(channel, [frame.message]);
      case "signal":
        return host.signals(channel, [{ ...frame.signal, connectionId: from }], []);
    }
  }

  function remember(channel: string, here: Joined, from: string, entry: PresenceEntry | undefined): void {
    const known = here.peers.get(from)?.entry;
    here.peers.set(from, { entry, missed: 0 });
    if (entry && entry.updatedAtMs !== known?.updatedAtMs) host.presence(channel, step(here, [entry], []));
  }

  function forget(channel: string, here: Joined, gone: readonly string[]): void {
    // On a channel without presence nobody may be said to leave: core would look for the members that this is about.
    const members = gone.filter((id) => here.peers.get(id)?.entry);
    for (const id of gone) here.peers.delete(id);
    if (members.length > 0) host.presence(channel, step(here, [], members));
    if (gone.length > 0) host.signals(channel, [], gone);
  }

  // Counts answers, not milliseconds: timers of hidden tabs run once a minute, and none while the machine sleeps, but what is
  // posted still arrives. So whoever lives has answered before it is asked again.
  function beat(): void {
    for (const [channel, here] of joined) {
      if (mayJoin(channel)) {
        for (const peer of here.peers.values()) peer.missed += 1;
        const silent = [...here.peers].filter(([, { missed }]) => missed > MAX_MISSED);
        forget(
          channel,
          here,
          Array.from(silent, ([id]) => id),
        );
      } else {
        leave(channel);
        host.detached(channel, forbidden(channel));
      }
    }
    post({ type: "ask", from: connectionId });
    if (!isOver) stopBeating = host.clock.after(heartbeatMs, beat);
  }

  function mayJoin(channel: string): boolean {
    return canAccessChannel?.(user, channel) ?? true;
  }

  function leave(channel: string): void {
    if (joined.delete(channel)) post({ type: "bye", channel, from: connectionId });
  }

  void start();

  return {
    attach(channel, { presence }) {
      if (isOver) return;
      if (!mayJoin(channel)) return host.detached(channel, forbidden(channel));
      const nowMs = host.clock.now();
      const entry = presence && { connectionId, user, joinedAtMs: nowMs, updatedAtMs: nowMs, state: presence };
      const here: Joined = { entry, peers: new Map(), epoch: randomId(host.random), revision: 0 };
      joined.set(channel, here);
      // There is no `since` to go on from, and core says at every return that something may be missing.
      host.attached(channel, { continuous: true });
      // Alone, until the others answer; core keeps the places of those who were here before: that is its grace.
      if (entry) host.presence(channel, { kind: "snapshot", epoch: here.epoch, revision: 0, entries: [entry] });
      host.live(channel);
      post({ type: "here", channel, from: connectionId, entry });
      post({ type: "ask", from: connectionId });
    },
    detach: leave,
    async publish({ channel, event, data, producer, sequence }) {
      const id = messageId(user.userId, producer, sequence);
      const message = { id, event, data, sender: user, timestampMs: host.clock.now() };
      post({ type: "message", channel, from: connectionId, message });
      // Also when it is this very message that found the line closed.
      if (isOver) throw lost("The line is closed.");
      return { guarantee: "handed-over" };
    },
    signal(channel, signalName, value) {
      if (isOver) return;
      post({ type: "signal", channel, from: connectionId, signal: { name: signalName, value, user } });
    },
    setPresence(channel, state) {
      const here = joined.get(channel);
      if (!here?.entry) return;
      // Later than before even within a millisecond: by it the others tell a change from a sign of life.
      const updatedAtMs = Math.max(host.clock.now(), here.entry.updatedAtMs + 1);
      here.entry = { ...here.entry, state, updatedAtMs };
      host.presence(channel, step(here, [here.entry], []));
      post({ type: "here", channel, from: connectionId, entry: here.entry });
    },
    async history() {
      throw new RealtimeError("unsupported", "A BroadcastChannel keeps no history.");
    },
    setVisible() {},
    close() {
      // For a loss too, such as a page that is hidden for good: with `grace: "core"` it is the others who wait.
      for (const channel of joined.keys()) leave(channel);
      end();
    },
  };
}

function step(here: Joined, set: readonly PresenceEntry[], removed: readonly string[]): PresenceDelta {
  const from = here.revision;
  here.revision += 1;
  return { kind: "delta", epoch: here.epoch, from, revision: here.revision, set, removed };
}

function lost(message: string, cause?: unknown): RealtimeError {
  return new RealtimeError("connection-lost", message, { cause });
}

function forbidden(channel: string): RealtimeError {
  return new RealtimeError("forbidden", `"${channel}" is closed to this user.`, { details: { channel } });
}

function randomId(random: Random): string {
  return Math.floor(random() * Number.MAX_SAFE_INTEGER).toString(36);
}
