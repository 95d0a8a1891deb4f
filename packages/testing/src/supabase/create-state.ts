/** Makes the inside of a double: nobody connected, nothing stored, no fault set. */
import { createMessageTable } from "./message-table.js";
import type { Settings } from "./options.js";
import { createPresenceList } from "./presence-list.js";
import { createRateCounter } from "./rate-counter.js";
import type { SupabaseState, Topic } from "./state.js";

/** Begins. */
export function createState(settings: Settings): SupabaseState {
  const { clock, limits, random } = settings;
  const topics = new Map<string, Topic>();
  const counter = (limit: number) => createRateCounter(clock, limit, limits.rateTickMs, limits.rateBuckets);
  const keyOf = (name: string, isPrivate: boolean) => `${isPrivate ? "private" : "public"} ${name}`;
  const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));

  return {
    settings,
    connections: new Set(),
    messages: createMessageTable(clock, limits.replay, limits.retentionMs),
    rates: {
      joins: counter(limits.joinsPerSecond),
      messages: counter(limits.messagesPerSecond),
      presence: counter(limits.presencePerSecond),
    },
    armed: {
      droppedAcks: 0,
      droppedBroadcasts: 0,
      doubledBroadcasts: 0,
      stalled: new Set(),
      revoked: new Set(),
      expired: new Map(),
    },
    received: [],
    sent: [],
    topic(name, isPrivate) {
      const key = keyOf(name, isPrivate);
      let topic = topics.get(key);
      if (!topic) {
        const presence: Topic["presence"] = createPresenceList(() => bytes(12).toString("base64"));
        topic = { name, private: isPrivate, sessions: new Set(), presence };
        topics.set(key, topic);
      }
      return topic;
    },
    topicsOf: (name, isPrivate) =>
      [false, true].flatMap((each) => {
        const topic = topics.get(keyOf(name, each));
        return topic && (isPrivate ?? each) === each ? [topic] : [];
      }),
    uuid() {
      const hex = bytes(16).toString("hex");
      const variant = "89ab"[Math.floor(random() * 4)];
      return [
        hex.slice(0, 8),
        hex.slice(8, 12),
        `4${hex.slice(13, 16)}`,
        `${variant}${hex.slice(17, 20)}`,
        hex.slice(20),
      ].join("-");
    },
  };
}
