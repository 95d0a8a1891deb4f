/** One channel of the Supabase client, from the join to the leave. A failure ends it: core decides when to join anew. */
import type { AttachRequest, DriverHost, OutgoingMessage, Published } from "@attune/core/driver";
import { type PresenceState, RealtimeError, type User } from "@attune/protocol";
import { type Arrivals, createArrivals } from "./arrivals.js";
import { extend } from "./chain.js";
import { REPLAY_LIMIT, REPLAY_WINDOW_MS } from "./coverage.js";
import { toError } from "./errors.js";
import { createPresencePace } from "./presence-pace.js";
import type { ChannelLike, SupabaseLike } from "./sdk.js";
import type { ChannelMemory, Session } from "./session.js";
import { type Arrival, SIGNAL_EVENT, toEnvelope } from "./translate.js";

/** A channel that was joined only to publish is left when nothing was published for this long. */
const QUIET_MS = 5_000;

/** What a topic needs. */
export interface TopicOptions {
  readonly client: SupabaseLike;
  readonly host: DriverHost;
  readonly session: Session;
  readonly me: User | null | undefined;
  readonly channel: string;
  /** Absent when the channel is joined only to publish on it. */
  readonly request: AttachRequest | undefined;
  isPrivate(channel: string): boolean;
  /** Whether Supabase is to store messages, and to replay them. */
  readonly replay: boolean;
  /** What arrived already, and is to be delivered behind the replay. */
  readonly early: Arrival[];
  /** A stored message was lost. Returns whether the channel is joined anew like this, to have it replayed before what is early. */
  onHole(request: AttachRequest): boolean;
  /** It ended by itself. */
  onEnded(error: RealtimeError): void;
}

/** A channel that is being joined, or is joined. */
export interface Topic {
  publish(message: OutgoingMessage): Promise<Published>;
  signal(name: string, value: unknown): void;
  setPresence(state: PresenceState): void;
  close(): void;
}

/** Joins a channel. */
export function openTopic(options: TopicOptions): Topic {
  const { client, host, session, me, channel, request } = options;
  const { realtime } = client;
  const { clock } = host;
  const { connectionId, memories, leaving } = session;
  const sender = me ? { userId: me.userId, name: me.name } : undefined;
  const isPrivate = options.isPrivate(channel);
  const memory: ChannelMemory = memories.get(channel) ?? {
    chains: new Map(),
    joinedAtMs: clock.now(),
    replay: options.replay && isPrivate && realtime.vsn !== "1.0.0",
  };
  memories.set(channel, memory);
  const limit = (request?.since ? REPLAY_LIMIT : request?.recent) ?? 0;
  const replay = memory.replay && limit > 0 && { since: clock.now() - REPLAY_WINDOW_MS, limit };
  let sdk: ChannelLike | undefined;
  let arrivals: Arrivals | undefined;
  /** The last thing that the server complained of: that it closes the channel follows in another frame. */
  let complaint: unknown;
  let shown = request?.presence;
  let isOver = false;
  let hasSignalled = false;
  /** Rejects the publish that has no answer yet: the client forgets it when a channel is left. Core sends one at a time. */
  let refuse = (_error: RealtimeError): void => {};
  let cancelQuiet = (): void => {};
  const pace = createPresencePace<PresenceState>(clock, async (state) => {
    if (!me) return true;
    const entry = { connectionId, user: me, state, joinedAtMs: memory.joinedAtMs, updatedAtMs: clock.now() };
    return (await sdk?.track(entry)) === "ok";
  });
  const joined = join();
  joined.catch((cause: unknown) => fail(toError(`Cannot join "${channel}"`, cause, "internal-error")));

  async function join(): Promise<void> {
    // The client hands out the old channel while that is leaving.
    await leaving.get(channel);
    // A first join carries only the token that is known by then.
    await realtime.setAuth();
    if (isOver) return;
    const fresh = client.channel(channel, {
      config: {
        private: isPrivate,
        broadcast: { self: false, ack: true, ...(replay && { replay }) },
        presence: { key: connectionId, enabled: false },
      },
    });
    if (fresh.state !== "closed") throw new RealtimeError("conflict", `The app itself has joined "${channel}".`);
    sdk = fresh;
    if (request)
      arrivals = createArrivals({
        ...options,
        request,
        sdk,
        memory,
        replays: Boolean(replay),
        onHole: (since) => memory.replay && options.onHole({ ...request, presence: shown, since }),
      });
    sdk.on("system", {}, ({ status, message }) => {
      if (status === "error") complaint = message;
    });
    return new Promise((resolve) => {
      fresh.subscribe((status, error) => {
        if (status !== "SUBSCRIBED")
          return fail(toError(`"${channel}": ${status}`, complaint ?? error ?? status, "channel-closed"));
        // The answer to the join may come while the channel is left already.
        if (isOver) return;
        resolve();
        arrivals?.joined();
        if (shown) pace.show(shown);
      });
    });
  }

  function end(error: RealtimeError): void {
    isOver = true;
    refuse(error);
    cancelQuiet();
    pace.stop();
    arrivals?.stop();
    if (sdk)
      leaving.set(
        channel,
        client.removeChannel(sdk as never).finally(() => leaving.delete(channel)),
      );
  }

  function fail(error: RealtimeError): void {
    if (isOver) return;
    if (/replay/i.test(error.message)) memory.replay = false;
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
    const answer = await send(message.event, toEnvelope(message, sender, clock.now()), memory.replay);
    // A write policy that refuses says nothing at all, and a payload that is too large just that (broadcast_handler.ex).
    if (answer !== "ok")
      throw toError(`"${channel}" did not take a message, for a policy or its size`, answer, "refused");
    extend(memory.chains, message);
    return { guarantee: "handed-over" };
  }

  function left(): RealtimeError {
    return new RealtimeError("connection-lost", `"${channel}" is not joined.`);
  }

  /** Says what may get lost. */
  function whisper(payload: object): void {
    send(SIGNAL_EVENT, { connectionId, ...payload }).catch(() => {});
  }

  return {
    publish(message) {
      cancelQuiet();
      if (!request) cancelQuiet = clock.after(QUIET_MS, () => fail(left()));
      return new Promise((resolve, reject) => {
        refuse = reject;
        handOver(message).then(resolve, reject);
      });
    },
    signal(name, value) {
      hasSignalled = true;
      whisper({ name, value, user: sender });
    },
    setPresence(state) {
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
