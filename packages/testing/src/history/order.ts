/** In which order the messages of a channel stand, as far as its subscribers agree, and who got one too late. */
import type { ChannelLedger, Message, Stay } from "./ledger.js";

/** A delivery that came after one it should have come before. */
export interface Late {
  readonly stay: Stay;
  readonly message: Message;
}

/**
 * Which order is promised. `total`: all subscribers of a channel see one. `publisher`: only each publisher's own counts, for
 * providers without a total order. `publisher-between-gaps`: not even that across a declared gap, for a log that can be lost:
 * what its publisher does not know to be stored is then stored anew, behind what others got before.
 */
export type PromisedOrder = "total" | "publisher" | "publisher-between-gaps";

/**
 * Finds deliveries in the wrong order.
 *
 * Three rules: messages of one publisher come as they were published; one that was acknowledged before another was published
 * comes first; and any two subscribers agree about any two messages. All but `total` keep to the first rule.
 */
export function findLate(ledger: ChannelLedger, order: PromisedOrder): Late[] {
  const rank = order === "total" ? agreedOrder(ledger) : new Map<Message, number>();
  return ledger.stays.flatMap((stay) => {
    const runs = order === "publisher-between-gaps" ? stay.segments.map(({ got }) => got) : [deliveriesOf(stay)];
    return runs.flatMap((messages) => lateAmong(messages, order, rank).map((message) => ({ stay, message })));
  });
}

function lateAmong(
  messages: readonly Message[],
  order: PromisedOrder,
  rank: ReadonlyMap<Message, number>,
): readonly Message[] {
  const lastOf = new Map<string, number>();
  let lastPublishedAt = -1;
  let lastRank = -1;
  return messages.filter((message) => {
    const { client, publishedAt, ackedAt = Number.POSITIVE_INFINITY } = message;
    const itsRank = rank.get(message) ?? 0;
    const isAfterLater = publishedAt < (lastOf.get(client) ?? -1);
    const isAfterNewer = order === "total" && (ackedAt < lastPublishedAt || itsRank < lastRank);
    lastOf.set(client, Math.max(publishedAt, lastOf.get(client) ?? -1));
    lastPublishedAt = Math.max(lastPublishedAt, publishedAt);
    lastRank = Math.max(lastRank, itsRank);
    return isAfterLater || isAfterNewer;
  });
}

/** Everything that a stay got, gaps left aside. */
export function deliveriesOf(stay: Stay): Message[] {
  return stay.segments.flatMap((segment) => segment.got);
}

/** Who is said to come directly after whom. */
export function successorsIn(sequences: Iterable<readonly Message[]>): Map<Message, Message[]> {
  const successors = new Map<Message, Message[]>();
  for (const sequence of sequences) {
    for (const [index, message] of sequence.entries()) {
      const known = successors.get(message) ?? [];
      successors.set(message, known);
      const next = sequence[index + 1];
      if (next) known.push(next);
    }
  }
  return successors;
}

/** A topological order of what subscribers saw (Kahn). Where they contradict one another, the majority has it. */
function agreedOrder(ledger: ChannelLedger): Map<Message, number> {
  const successors = successorsIn(ledger.stays.map(deliveriesOf));
  const waitsFor = new Map<Message, number>([...successors.keys()].map((message) => [message, 0]));
  for (const next of successors.values())
    for (const message of next) waitsFor.set(message, (waitsFor.get(message) ?? 0) + 1);
  const ready = [...waitsFor].filter(([, count]) => count === 0).map(([message]) => message);
  const rank = new Map<Message, number>();

  while (waitsFor.size > 0) {
    const message = ready.pop() ?? leastContested(waitsFor);
    waitsFor.delete(message);
    rank.set(message, rank.size);
    for (const next of successors.get(message) ?? []) {
      const count = waitsFor.get(next);
      if (count === undefined) continue;
      waitsFor.set(next, count - 1);
      if (count === 1) ready.push(next);
    }
  }
  return rank;
}

/** Of those that all wait for one another, the one that the fewest subscribers put later. */
function leastContested(waitsFor: ReadonlyMap<Message, number>): Message {
  const [message] = [...waitsFor].reduce((best, next) => (next[1] < best[1] ? next : best));
  return message;
}
