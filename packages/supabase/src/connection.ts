/** One connection of a Supabase client, as core sees it: the client's socket, watched, and the channels on it. */
import type { AttachRequest, DriverConnection, DriverHost } from "@attune/core/driver";
import { RealtimeError, type User } from "@attune/protocol";
import { toError } from "./errors.js";
import type { SupabaseLike } from "./sdk.js";
import type { Session } from "./session.js";
import { openTopic, type Topic } from "./topic.js";
import type { Arrival } from "./translate.js";

/** What a connection needs to know of the app. */
export interface ConnectionOptions {
  readonly client: SupabaseLike;
  readonly session: Session;
  readonly isPrivate: (channel: string) => boolean;
  readonly replay: boolean;
  readonly user: (token: string | null) => User | null | Promise<User | null>;
}

/** A hole is looked for in the replay once in this time; further ones are gaps, so that nobody can keep others joining. */
const REJOIN_MS = 5_000;

/** The reference of every ping: the client takes two heartbeats of its own on their way for a dead connection. */
const PING = "attune";

/** Starts one attempt. */
export function connect(options: ConnectionOptions, host: DriverHost): DriverConnection {
  const { client, session } = options;
  const { realtime } = client;
  const topics = new Map<string, Topic>();
  /** Asked and not answered: answers come in the order of the questions. */
  const pings: ((answer: object) => void)[] = [];
  /** Who this client is, once the connection is open. */
  let me: User | null | undefined;
  let isOver = false;
  let rejoinedAtMs = 0;

  /** Each kind of event is the reference of its callback. */
  const watches = [
    ["open", () => open().catch(lost)],
    // A client without channels hangs up in good order, and comes back when one is joined: that is no loss.
    ["close", (event?: { wasClean?: boolean }) => (me !== undefined && !topics.size && event?.wasClean) || lost()],
    [
      "message",
      ({ ref }: { ref?: unknown }) => {
        host.traffic();
        if (ref === PING) pings.shift()?.({});
      },
    ],
  ] as const;

  async function start(): Promise<void> {
    if ((await host.auth()) !== undefined)
      throw new RealtimeError("invalid-option", "auth: give createClient() an accessToken instead.");
    await session.ending;
    if (isOver) return;
    for (const watch of watches) realtime.stateChangeCallbacks[watch[0]].push(watch);
    if (realtime.isConnected()) await open();
    else realtime.connect();
  }

  async function open(): Promise<void> {
    await realtime.setAuth();
    const user = await options.user(realtime.accessTokenValue);
    if (me !== undefined || isOver || !realtime.isConnected()) return;
    me = user;
    host.opened({ connectionId: session.connectionId, user, transport: "websocket" });
  }

  function lost(cause?: unknown): void {
    if (isOver) return;
    end();
    host.closed({ error: toError("Supabase is out of reach", cause, "transport-failed") });
  }

  function end(): void {
    isOver = true;
    for (const watch of watches)
      realtime.stateChangeCallbacks[watch[0]] = realtime.stateChangeCallbacks[watch[0]].filter(
        (other) => other !== watch,
      );
    for (const topic of topics.values()) topic.close();
  }

  function openChannel(channel: string, request?: AttachRequest, early: Arrival[] = []): Topic {
    topics.get(channel)?.close();
    const topic = openTopic({
      ...options,
      host,
      me,
      channel,
      request,
      early,
      onHole(changed) {
        const nowMs = host.clock.now();
        const isDue = nowMs - rejoinedAtMs > REJOIN_MS;
        if (isDue) {
          rejoinedAtMs = nowMs;
          openChannel(channel, changed, early);
        }
        return isDue;
      },
      async onEnded(error) {
        topics.delete(channel);
        // A client that gives up on its socket says so to the channels before it closes it.
        await undefined;
        if (isOver) return;
        if (!realtime.isConnected()) lost(error);
        else if (request) host.detached(channel, error);
      },
    });
    topics.set(channel, topic);
    return topic;
  }

  start().catch(lost);

  return {
    attach: (channel, request) => void openChannel(channel, request),
    detach(channel) {
      topics.get(channel)?.close();
      topics.delete(channel);
      session.memories.delete(channel);
    },
    publish: async (message) => (topics.get(message.channel) ?? openChannel(message.channel)).publish(message),
    signal: (channel, name, value) => topics.get(channel)?.signal(name, value),
    setPresence: (channel, state) => topics.get(channel)?.setPresence(state),
    // Core does not ask for what is not declared.
    async history() {
      throw new RealtimeError("unsupported", "history()");
    },
    ping() {
      realtime.push({ topic: "phoenix", event: "heartbeat", payload: {}, ref: PING });
      return new Promise((resolve) => pings.push(resolve));
    },
    setVisible() {},
    close(isGoodbye) {
      end();
      // The driver's own channels are all on their way out by now.
      const isShared = realtime.getChannels().some(({ state }) => state !== "leaving");
      if (isGoodbye && isShared) return;
      session.ending = (async () => {
        // A goodbye waits until the others can know of it; a loss has nobody to wait for.
        if (isGoodbye) await Promise.all(session.leaving.values());
        await realtime.disconnect();
        // The app's own channels come back by the client's own means.
        if (isShared) realtime.connect();
      })();
    },
  };
}
