/** Decides whether a history is one of reliable delivery, of messages and of who is there. */
import { type HistoryEvent, isPresenceEvent, type PresenceEvent } from "./history.js";
import { type ChannelLedger, readLedger } from "./ledger.js";
import { findMissing } from "./missing.js";
import { findLate, type PromisedOrder } from "./order.js";
import { judgePresence, type PresenceBounds } from "./presence-verdict.js";

/** What can be wrong with a history. */
export type HistoryFault =
  | "lost"
  | "ackedLost"
  | "doubled"
  | "reordered"
  | "unsettled"
  | "unexpected"
  | "ghosts"
  | "flickers"
  | "unconverged";

/** What a history came to. Counts are of deliveries (a message times a subscriber), of messages (`unsettled`), or of members in one observer's view. */
export interface HistoryVerdict extends Readonly<Record<HistoryFault, number>> {
  /** Whether all the faults are 0. */
  readonly ok: boolean;
  readonly published: number;
  readonly acked: number;
  /** Publishes whose publisher was told that they failed: those are no loss. */
  readonly failed: number;
  readonly delivered: number;
  /** Declared by subscribers; what lies within is no loss. */
  readonly gaps: number;
  /** The first ten of each fault, in words. */
  readonly examples: Readonly<Record<HistoryFault, readonly string[]>>;
}

/** How strictly to look. */
export interface CheckOptions {
  /**
   * `total` (default): all subscribers of a channel see one order. `publisher`: only each publisher's own order counts.
   * `publisher-between-gaps`: and that only as far as no gap was declared, for a server that may lose its log.
   */
  readonly order?: PromisedOrder;
  /** What presence is held to. Default a grace of 5 s and ghosts gone after 15 s, which are Attune's own with a visible page. */
  readonly presence?: PresenceBounds;
}

const MAX_EXAMPLES = 10;

/**
 * Checks a history. Pure: the same events give the same verdict.
 *
 * `lost`: not delivered to somebody who was there. `ackedLost`: those of them whose publisher was told that all is well.
 * `doubled`: copies beyond the first. `reordered`: delivered after what it should have come before. `unsettled`: the
 * publisher was never told. `unexpected`: nobody published it, or its receiver had left. `ghosts`: a member was shown longer than
 * the bound after it was gone. `flickers`: a leave was shown for no absence or one shorter than the grace, or something was shown
 * twice. `unconverged`: at the end an observer does not see who is there.
 *
 * @throws {RealtimeError} `invalid-option` when two messages of a channel share an id, or one is settled but never published
 * @example
 * ```ts
 * import { checkHistory } from "@attune/testing";
 * const verdict = checkHistory([
 *   { type: "joined", subscriber: "bob", channel: "public:news" },
 *   { type: "published", client: "ada", channel: "public:news", id: "1" },
 *   { type: "acked", client: "ada", channel: "public:news", id: "1" },
 *   { type: "delivered", subscriber: "bob", channel: "public:news", id: "1" },
 * ]);
 * verdict.ok; // true
 * ```
 */
export function checkHistory(
  events: readonly HistoryEvent[],
  { order = "total", presence = {} }: CheckOptions = {},
): HistoryVerdict {
  const { channels, doubled, unexpected, gaps } = readLedger(events.filter(isAboutMessages));
  const missing = inEach(channels, findMissing);
  const late = inEach(channels, (ledger) => findLate(ledger, order));
  const open = inEach(channels, ({ messages }) =>
    [...messages.values()]
      .filter(({ ackedAt, hasFailed }) => ackedAt === undefined && !hasFailed)
      .map((message) => ({ message })),
  );
  const examples: Record<HistoryFault, readonly string[]> = {
    lost: missing.map(inWords),
    ackedLost: missing.filter(({ message }) => message.ackedAt !== undefined).map(inWords),
    doubled: doubled.map(({ id, channel, subscriber }) => `"${id}" on "${channel}" for "${subscriber}"`),
    reordered: late.map(inWords),
    unsettled: open.map(inWords),
    unexpected: unexpected.map(({ id, channel, subscriber }) => `"${id}" on "${channel}" for "${subscriber}"`),
    ...judgePresence(events.filter(isPresenceEvent), presence),
  };
  const faults = Object.keys(examples) as HistoryFault[];
  const counts = Object.fromEntries(faults.map((fault) => [fault, examples[fault].length])) as Record<
    HistoryFault,
    number
  >;
  for (const fault of faults) examples[fault] = examples[fault].slice(0, MAX_EXAMPLES);
  const countOf = (type: HistoryEvent["type"]) => events.filter((event) => event.type === type).length;
  return {
    ok: faults.every((fault) => counts[fault] === 0),
    ...counts,
    published: countOf("published"),
    acked: countOf("acked"),
    failed: countOf("failed"),
    delivered: countOf("delivered"),
    gaps,
    examples,
  };
}

function isAboutMessages(event: HistoryEvent): event is Exclude<HistoryEvent, PresenceEvent> {
  return !isPresenceEvent(event);
}

interface Finding {
  readonly channel: string;
  readonly message: { readonly id: string; readonly ackedAt?: number };
  readonly stay?: { readonly subscriber: string };
}

function inEach(
  channels: readonly ChannelLedger[],
  find: (ledger: ChannelLedger) => readonly Omit<Finding, "channel">[],
): Finding[] {
  return channels.flatMap((ledger) => find(ledger).map((found) => ({ ...found, channel: ledger.channel })));
}

function inWords({ channel, message, stay }: Finding): string {
  return `"${message.id}" on "${channel}"${stay ? ` for "${stay.subscriber}"` : ""}`;
}
