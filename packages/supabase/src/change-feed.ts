/** One channel that changes of a table come in by, from the join to the leave. A failure ends it; it does not come back by itself. */
import { type Clock, isRealtimeError, RealtimeError } from "@attune/protocol";
import { toError } from "./errors.js";
import type { ChangeBinding, ChangePayload, ChangesChannelLike, ChangesClientLike } from "./sdk-changes.js";

/** The client gives up on a join after 10 s, and the server subscribes within 3 s of it, again after 5 to 10 (realtime_channel.ex). */
const JOIN_LIMIT_MS = 30_000;

/** What a feed needs. */
export interface ChangeFeedOptions {
  readonly client: ChangesClientLike;
  readonly clock: Clock;
  readonly topic: string;
  readonly isPrivate: boolean;
  readonly binding: ChangeBinding;
  /** From here on changes flow. Said again when the server had lost its own subscription: some may be missing. */
  onFlowing(): void;
  onChange(payload: ChangePayload): void;
  onEnded(error: RealtimeError): void;
}

/**
 * Joins.
 *
 * @returns leaves; nothing is called back afterwards
 */
export function openChangeFeed(options: ChangeFeedOptions): () => void {
  const { client, clock, topic, isPrivate, binding } = options;
  const { stateChangeCallbacks } = client.realtime;
  let channel: ChangesChannelLike | undefined;
  /** The last thing that the server complained of: that it closes the channel follows in another frame. */
  let complaint: unknown;
  let isJoined = false;
  let isOver = false;

  // A dead connection may be given up without a word to its channels, and they would look joined on the next one.
  const reopened = [
    "open",
    () => {
      if (isJoined) fail(new RealtimeError("connection-lost", `"${topic}" was joined on another connection.`));
    },
  ] as const;
  stateChangeCallbacks.open.push(reopened);

  const cancelLimit = clock.after(JOIN_LIMIT_MS, () =>
    fail(new RealtimeError("timeout", `"${topic}": no changes flow after ${JOIN_LIMIT_MS / 1_000} s.`)),
  );

  function end(): void {
    isOver = true;
    cancelLimit();
    // A new array: the client may be on its way through the old one.
    stateChangeCallbacks.open = stateChangeCallbacks.open.filter((pair) => pair !== reopened);
    if (channel) client.removeChannel(channel as never).catch(() => {});
  }

  function fail(error: RealtimeError): void {
    if (isOver) return;
    end();
    options.onEnded(error);
  }

  async function join(): Promise<void> {
    // A first join carries only the token that is known by then.
    await client.realtime.setAuth();
    if (isOver) return;
    channel = client.channel(freeTopic(client, topic), { config: { private: isPrivate } });
    channel.on("postgres_changes", binding, (payload) => {
      if (!isOver) options.onChange(payload);
    });
    channel.on("system", {}, ({ extension, status, message }) => {
      const isAboutChanges = extension === "postgres_changes";
      if (status === "error") {
        complaint = message;
        if (isAboutChanges) fail(toError(`"${topic}" gets no changes`, message, "channel-closed"));
      } else if (isAboutChanges && !isOver) {
        cancelLimit();
        options.onFlowing();
      }
    });
    channel.subscribe((status, error) => {
      if (status === "SUBSCRIBED") isJoined = true;
      else fail(toError(`"${topic}": ${status}`, complaint ?? error ?? status, "channel-closed"));
    });
  }

  join().catch((cause: unknown) =>
    fail(isRealtimeError(cause) ? cause : toError(`Cannot join "${topic}"`, cause, "internal-error")),
  );

  return () => {
    if (!isOver) end();
  };
}

/** The client hands out a channel that is there already, be it another source's, or one on its way out. */
function freeTopic({ realtime }: ChangesClientLike, topic: string): string {
  const taken = new Set(realtime.getChannels().map((channel) => channel.topic));
  let free = topic;
  for (let number = 2; taken.has(`realtime:${free}`); number += 1) free = `${topic}#${number}`;
  return free;
}
