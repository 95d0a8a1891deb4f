/** A history sorted out: per channel, what was published, and what each subscriber got while it was there. */
import { RealtimeError } from "@attune/protocol";
import type {
  DeliveredEvent,
  HistoryEvent,
  PresenceEvent,
  PublishedEvent,
  SettledEvent,
  SubscriberEvent,
} from "./history.js";

/** What is about messages. */
type MessageEvent = Exclude<HistoryEvent, PresenceEvent>;

/** A published message. Places (`...At`) are indexes into the history. */
export interface Message {
  readonly id: string;
  readonly client: string;
  readonly publishedAt: number;
  ackedAt?: number;
  hasFailed: boolean;
  /** When it was first known to stand in the log: its ack, or its first delivery to anyone. */
  knownAt: number;
}

/** Deliveries without a break between them. `Infinity` and `-Infinity` stand for ends that nobody declared. */
export interface Segment {
  readonly from: { readonly at: number };
  until: { readonly at: number };
  /** First copies, in the order of delivery. */
  readonly got: Message[];
}

/** The time from joining to leaving of one subscriber: segments, divided by declared gaps. */
export interface Stay {
  readonly subscriber: string;
  readonly segments: Segment[];
  readonly seen: Set<Message>;
}

/** One channel. */
export interface ChannelLedger {
  readonly channel: string;
  /** In the order of publishing. */
  readonly messages: Map<string, Message>;
  readonly stays: Stay[];
}

/** The whole history, and what in it cannot be. */
export interface Ledger {
  readonly channels: readonly ChannelLedger[];
  readonly doubled: readonly DeliveredEvent[];
  /** Deliveries of what nobody published, or to somebody who had left. */
  readonly unexpected: readonly DeliveredEvent[];
  readonly gaps: number;
}

/**
 * Sorts a history out.
 *
 * @throws {RealtimeError} `invalid-option` when two messages of a channel have the same id, or an ack has no publish
 */
export function readLedger(events: readonly MessageEvent[]): Ledger {
  const channels = new Map<string, ChannelLedger>();
  const present = new Map<string, Stay | undefined>();
  const doubled: DeliveredEvent[] = [];
  const unexpected: DeliveredEvent[] = [];
  let gaps = 0;

  function ledgerOf(channel: string): ChannelLedger {
    const ledger = channels.get(channel) ?? { channel, messages: new Map(), stays: [] };
    channels.set(channel, ledger);
    return ledger;
  }

  function open(channel: string, subscriber: string, at: number): Stay {
    const stay: Stay = { subscriber, segments: [newSegment(at)], seen: new Set() };
    ledgerOf(channel).stays.push(stay);
    present.set(keyOf(channel, subscriber), stay);
    return stay;
  }

  /** The stay of somebody who is there; one who never joined was there from the start. */
  function stayOf(channel: string, subscriber: string): Stay | undefined {
    const key = keyOf(channel, subscriber);
    return present.has(key) ? present.get(key) : open(channel, subscriber, Number.NEGATIVE_INFINITY);
  }

  function deliver(event: DeliveredEvent, at: number): void {
    const message = ledgerOf(event.channel).messages.get(event.id);
    const stay = stayOf(event.channel, event.subscriber);
    if (!message || !stay) unexpected.push(event);
    else if (stay.seen.has(message)) doubled.push(event);
    else {
      message.knownAt = Math.min(message.knownAt, at);
      stay.seen.add(message);
      stay.segments.at(-1)?.got.push(message);
    }
  }

  function changeStay(event: SubscriberEvent, at: number): void {
    const { type, channel, subscriber } = event;
    if (type === "joined") {
      open(channel, subscriber, at);
      return;
    }
    const stay = stayOf(channel, subscriber);
    const last = stay?.segments.at(-1);
    if (last) last.until = { at };
    if (type === "left") present.set(keyOf(channel, subscriber), undefined);
    else {
      gaps += 1;
      stay?.segments.push(newSegment(at));
    }
  }

  for (const [at, event] of events.entries()) {
    if (event.type === "delivered") deliver(event, at);
    else if ("subscriber" in event) changeStay(event, at);
    else if (event.type === "published") publish(ledgerOf(event.channel), event, at);
    else settle(ledgerOf(event.channel), event, at);
  }
  return { channels: [...channels.values()], doubled, unexpected, gaps };
}

function publish({ channel, messages }: ChannelLedger, { id, client }: PublishedEvent, at: number): void {
  if (messages.has(id)) throw invalid(`Two messages on "${channel}" have the id "${id}".`);
  messages.set(id, { id, client, publishedAt: at, hasFailed: false, knownAt: Number.POSITIVE_INFINITY });
}

function settle({ channel, messages }: ChannelLedger, { type, id }: SettledEvent, at: number): void {
  const message = messages.get(id);
  if (!message) throw invalid(`"${id}" on "${channel}" was ${type} and never published.`);
  if (type === "failed") message.hasFailed = true;
  else {
    message.ackedAt = at;
    message.knownAt = Math.min(message.knownAt, at);
  }
}

function newSegment(at: number): Segment {
  return { from: { at }, until: { at: Number.POSITIVE_INFINITY }, got: [] };
}

function keyOf(channel: string, subscriber: string): string {
  return JSON.stringify([channel, subscriber]);
}

function invalid(message: string): RealtimeError {
  return new RealtimeError("invalid-option", `The history is not one: ${message}`);
}
