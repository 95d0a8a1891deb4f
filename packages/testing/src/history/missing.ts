/** Which messages a subscriber should have got, and did not. */
import type { ChannelLedger, Message, Segment, Stay } from "./ledger.js";
import { deliveriesOf, successorsIn } from "./order.js";

/** A message that should have been delivered. */
export interface Missing {
  readonly stay: Stay;
  readonly message: Message;
}

type Reach = (from: Message) => ReadonlySet<Message>;

/**
 * Finds what is missing for certain.
 *
 * A message that failed is expected of nobody, unless somebody got it: then it stands in the log, and everybody must. Next to
 * a late join, a gap or a leave it is expected only when it must lie on this side of it; where that cannot be told, nobody is
 * blamed.
 */
export function findMissing(ledger: ChannelLedger): Missing[] {
  const standing = [...ledger.messages.values()].filter(
    (message) => !message.hasFailed || message.knownAt < Number.POSITIVE_INFINITY,
  );
  const { after, before } = reachIn(ledger, standing);
  return ledger.stays.flatMap((stay) => {
    const holds = stay.segments.map((segment) => expectationOf(segment, after, before));
    return standing
      .filter((message) => !stay.seen.has(message) && holds.some((isExpected) => isExpected(message)))
      .map((message) => ({ stay, message }));
  });
}

/** Whether a message lies within a segment for certain. */
function expectationOf({ from, until, got }: Segment, after: Reach, before: Reach): (message: Message) => boolean {
  const first = got[0];
  const last = got.at(-1);
  const isOpenStart = from.at === Number.NEGATIVE_INFINITY;
  const isOpenEnd = until.at === Number.POSITIVE_INFINITY;
  const afterFirst = first && !isOpenStart ? after(first) : new Set<Message>();
  const beforeLast = last && !isOpenEnd ? before(last) : new Set<Message>();
  return (message) => {
    // What was published once the subscriber was there, or had been told of the gap, comes after it.
    const isAfterStart = isOpenStart || message.publishedAt > from.at || afterFirst.has(message);
    if (!isAfterStart) return false;
    return isOpenEnd || beforeLast.has(message) || (last !== undefined && message.knownAt < last.publishedAt);
  };
}

/** What certainly comes after or before a message: by what subscribers saw, and by the order of each publisher. */
function reachIn(ledger: ChannelLedger, standing: readonly Message[]): { after: Reach; before: Reach } {
  const byClient = new Map<string, Message[]>();
  for (const message of standing) {
    const own = byClient.get(message.client) ?? [];
    byClient.set(message.client, own);
    own.push(message);
  }
  const sequences = [...ledger.stays.map(deliveriesOf), ...byClient.values()];
  const successors = successorsIn(sequences);
  const predecessors = successorsIn(sequences.map((sequence) => [...sequence].reverse()));
  return { after: (message) => reachable(message, successors), before: (message) => reachable(message, predecessors) };
}

function reachable(start: Message, next: ReadonlyMap<Message, readonly Message[]>): Set<Message> {
  const found = new Set<Message>();
  const open = [start];
  for (let message = open.pop(); message; message = open.pop()) {
    for (const neighbour of next.get(message) ?? []) {
      if (found.has(neighbour)) continue;
      found.add(neighbour);
      open.push(neighbour);
    }
  }
  return found;
}
