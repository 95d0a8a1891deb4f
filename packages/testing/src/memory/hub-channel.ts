/** One channel inside the hub: takes messages, and tells those who are joined. */
import type { IncomingSignal, OutgoingMessage, PresenceDelta, PresenceSnapshot } from "@attune/core/driver";
import { type Clock, type LogMessage, messageId, type RealtimeError, type Sender } from "@attune/protocol";
import { type ChannelLog, createChannelLog, type Draft } from "./channel-log.js";
import type { OneShotFaults } from "./one-shot-faults.js";
import { createPresenceMap, type PresenceMap } from "./presence-map.js";
import { createProducerChain, type DedupeRule, type ProducerChain, type Verdict } from "./producer-chain.js";

/** A connection that is joined, as the channel sees it. */
export interface Subscriber {
  readonly client: string;
  readonly connectionId: string;
  /** Whether it gets its own messages back. */
  readonly hasEcho: boolean;
  messages(messages: readonly LogMessage[]): void;
  presence(change: PresenceSnapshot | PresenceDelta): void;
  signals(signals: readonly IncomingSignal[], gone: readonly string[]): void;
  detached(error: RealtimeError): void;
}

/** What a publish came to inside the hub. */
type Taken =
  | { readonly kind: "stored"; readonly message: LogMessage }
  | Exclude<Verdict, { kind: "append" | "repeat" }>;

/** A channel of the hub. */
export interface HubChannel {
  readonly log: ChannelLog;
  readonly presence: PresenceMap;
  readonly subscribers: Set<Subscriber>;
  append(draft: Draft, from?: string): LogMessage;
  take(message: OutgoingMessage, rule: DedupeRule, connectionId: string, sender: Sender | undefined): Taken;
  signal(signal: IncomingSignal): void;
  /** The signals of a connection are over. */
  endSignals(connectionId: string): void;
  /** The log is lost: it starts anew, and so does what was known of producers. Nobody is told. */
  restart(): void;
}

/** Makes an empty channel. */
export function createHubChannel(clock: Clock, faults: OneShotFaults, nextId: (kind: string) => string): HubChannel {
  const subscribers = new Set<Subscriber>();
  const signallers = new Set<string>();
  const chains = new Map<string, ProducerChain>();
  let log = createChannelLog(nextId("epoch"));

  const presence = createPresenceMap(nextId("presence"), clock, (delta) => {
    if (faults.strikes("drop-presence")) return;
    for (const subscriber of subscribers) subscriber.presence(delta);
  });

  function append(draft: Draft, from?: string, id: string = nextId("message")): LogMessage {
    const message = log.append(draft, id, clock.now());
    const delivered = faults.mangle(message);
    for (const subscriber of subscribers) {
      if (delivered.length > 0 && (subscriber.hasEcho || subscriber.connectionId !== from))
        subscriber.messages(delivered);
    }
    return message;
  }

  return {
    presence,
    subscribers,
    get log() {
      return log;
    },
    append,
    take({ event, data, producer, sequence, previous }, rule, connectionId, sender) {
      const chain = chains.get(producer) ?? createProducerChain();
      chains.set(producer, chain);
      const verdict = chain.judge(sequence, previous, rule);
      if (verdict.kind === "repeat") return { kind: "stored", message: verdict.first };
      if (verdict.kind !== "append") return verdict;
      // Who does not recognise a repeat takes it for another message, and has to name it so.
      const id = rule === "none" ? undefined : messageId(sender?.userId, producer, sequence);
      const message = append({ event, data, ...(sender ? { sender } : {}) }, connectionId, id);
      chain.record(sequence, message);
      return { kind: "stored", message };
    },
    signal(signal) {
      signallers.add(signal.connectionId);
      for (const subscriber of subscribers) {
        if (subscriber.connectionId !== signal.connectionId) subscriber.signals([signal], []);
      }
    },
    endSignals(connectionId) {
      if (!signallers.delete(connectionId)) return;
      for (const subscriber of subscribers) subscriber.signals([], [connectionId]);
    },
    restart() {
      log = createChannelLog(nextId("epoch"));
      chains.clear();
    },
  };
}
