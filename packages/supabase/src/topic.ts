/** One channel of the Supabase client, from the join to the leave. A failure ends it: core decides when to join anew. */
import type { AttachRequest, DriverHost, OutgoingMessage, Published } from "@attune/core/driver";
import { type PresenceState, RealtimeError, type User } from "@attune/protocol";
import { createArrivals } from "./arrivals.js";
import { extend } from "./chain.js";
import { REPLAY_LIMIT, REPLAY_WINDOW_MS } from "./coverage.js";
import { toError } from "./errors.js";
import { createPresencePace } from "./presence-pace.js";
import type { Broadcast, ChannelConfig, ChannelLike, SupabaseLike } from "./sdk.js";
import { memoryOf, type Session } from "./session.js";
import { SIGNAL_EVENT, toEnvelope } from "./translate.js";

/** A channel that was joined only to publish is left when nothing was published for this long. */
const QUIET_MS = 5_000;

/** What a topic needs. */
export interface TopicOptions {
  readonly client: SupabaseLike;
  readonly host: DriverHost;
  readonly session: Session;
  readonly user: User | null;
  readonly channel: string;
  /** Absent when the channel is joined only to publish on it. */
  readonly request: AttachRequest | undefined;
  readonly isPrivate: boolean;
  /** Whether Supabase stores this channel's messages, and replays them. */
  readonly isStored: boolean;
  /** What arrived already, and is to be delivered behind the replay. */
  readonly early: readonly Broadcast[];
  /** A stored message was lost. Returns whether the channel is joined anew, to have it replayed before these. */
  onHole(early: readonly Broadcast[]): boolean;
  /** It ended by itself; without an error because it is not needed any more. */
  onEnded(error?: RealtimeError): void;
}

/** A channel that is being joined, or is joined. */
export interface Topic {
  /** How it was joined, and what is to be shown there now. */
  readonly request: AttachRequest | undefined;
  publish(message: OutgoingMessage): Promise<Published>;
  signal(name: string, value: unknown): void;
  show(state: PresenceState): void;
  close(): void;
}

/** Joins a channel. */
export function openTopic(options: TopicOptions): Topic {
  const { client, host, session, user, channel, request, isPrivate } = options;
  const { realtime } = client;
  const { clock } = host;
  const { connectionId } = session;
  const sender = user ? { userId: user.userId, name: user.name } : undefined;
  const memory = memoryOf(session, channel, clock.now());
  const isStored = options.isStored && !memory.isRefusedReplay;
  const limit = request?.since ? REPLAY_LIMIT : Math.min(request?.recent ?? 0, REPLAY_LIMIT);
  const replays = isStored && limit > 0;
  let sdk: ChannelLike | undefined;
  /** The last thing that the server complained of: that it closes the channel follows in another frame. */
  let complaint: unknown;
  let shown = request?.presence;
  let isOver = false;
  let hasSignalled = false;
  let cancelQuiet = (): void => {};
  /** Rejects each publish that has no answer yet: the client forgets them when a channel is left. */
  const unanswered = new Set<(error: RealtimeError) => void>();

  const arrivals =
    request &&
    createArrivals({
      host,
      channel,
      request,
      memory,
      replays,
      presenceState: () => (sdk as ChannelLike).presenceState(),
      early: options.early,
      onHole: (early) => isStored && options.onHole(early),
    });
  const pace = createPresencePace<PresenceState>(clock, async (state) => {
    if (!user) return true;
    const entry = { connectionId, user, state, joinedAtMs: memory.joinedAtMs, updatedAtMs: clock.now() };
    return (await sdk?.track(entry)) === "ok";
  });

  const joined = new Promise<void>((resolve) => {
    join(resolve).catch((cause: unknown) => fail(toError(`Cannot join "${channel}"`, cause, "internal-error")));
  });

  function end(error: RealtimeError): void {
    isOver = true;
    for (const reject of unanswered) reject(error);
    cancelQuiet();
    pace.stop();
    arrivals?.stop();
    if (!sdk) return;
    session.leaving.set(
      channel,
      client.removeChannel(sdk as never).finally(() => session.leaving.delete(channel)),
    );
  }

  async function join(onJoined: () => void): Promise<void> {
    // The client hands out the old channel while that is leaving.
    await session.leaving.get(channel);
    // A first join carries only the token that is known by then.
    await realtime.setAuth();
    if (isOver) return;
    const fresh = client.channel(channel, { config: config() });
    if (fresh.state !== "closed") throw new RealtimeError("conflict", `The app itself has joined "${channel}".`);
    sdk = fresh;
    if (arrivals) sdk.on("broadcast", { event: "*" }, arrivals.broadcast);
    // To listen for presence is to ask for it.
    if (arrivals && (replays || shown)) sdk.on("presence", { event: "sync" }, arrivals.synced);
    sdk.on("system", {}, ({ status, message }) => {
      if (status === "error") complaint = message;
    });
    sdk.subscribe((status, error) => {
      if (status === "SUBSCRIBED") {
        onJoined();
        arrivals?.joined();
        if (shown) pace.show(shown);
      } else fail(toError(`"${channel}": ${status}`, complaint ?? error ?? status, "channel-closed"));
    });
  }

  function config(): ChannelConfig {
    const broadcast = { self: false, ack: true };
    const replay = { since: clock.now() - REPLAY_WINDOW_MS, limit };
    return {
      private: isPrivate,
      broadcast: replays ? { ...broadcast, replay } : broadcast,
      presence: { key: connectionId, enabled: false },
    };
  }

  function fail(error: RealtimeError): void {
    if (isOver) return;
    if (/replay/i.test(error.message)) memory.isRefusedReplay = true;
    end(error);
    options.onEnded(error);
  }

  /** Sends, unless the client would do so by REST: with a warning on the console, and in another order. */
  async function send(event: string, payload: unknown, persist = false): Promise<string> {
    if (sdk?.state !== "joined" || !realtime.isConnected()) throw left();
    return sdk.send({ type: "broadcast", event, payload, persist });
  }

  async function handOver(message: OutgoingMessage): Promise<Published> {
    await joined;
    const envelope = toEnvelope(message, sender, clock.now());
    const answer = await send(message.event, envelope, isStored);
    if (answer === "ok") {
      memory.hadAny = true;
      extend(memory.chains, envelope.id);
      return { guarantee: "handed-over" };
    }
    // A write policy that refuses says nothing at all, and a payload that is too large just that (broadcast_handler.ex).
    throw toError(`"${channel}" did not take a message, for a policy or its size`, answer, "refused");
  }

  function left(): RealtimeError {
    return new RealtimeError("connection-lost", `"${channel}" is not joined.`);
  }

  /** Says what may get lost. */
  function whisper(payload: object): void {
    send(SIGNAL_EVENT, { connectionId, ...payload }).catch(() => {});
  }

  return {
    get request() {
      return request && { ...request, presence: shown };
    },
    publish(message) {
      cancelQuiet();
      if (!request)
        cancelQuiet = clock.after(QUIET_MS, () => {
          end(left());
          options.onEnded();
        });
      return new Promise((resolve, reject) => {
        unanswered.add(reject);
        void handOver(message)
          .then(resolve, reject)
          .finally(() => unanswered.delete(reject));
      });
    },
    signal(name, value) {
      hasSignalled = true;
      whisper({ name, value, user: sender });
    },
    show(state) {
      shown = state;
      // Before the join is through, it goes out with it.
      if (sdk?.state === "joined") pace.show(state);
    },
    close() {
      if (isOver) return;
      if (hasSignalled) whisper({});
      end(left());
    },
  };
}
