/** Judges a soak: what was doubled, what was lost in silence, and which gaps were told of without need. */
import { checkHistory, type HistoryEvent, type HistoryVerdict } from "@attune/testing";
import type { SupabaseDouble } from "@attune/testing/supabase";
import type { DeliveryRecord, ToldGap } from "./delivery-record.js";
import { findDropped, type Join, joinsOf, leftAtMs } from "./soak-causes.js";
import { ROOM } from "./soak-world.js";

/** How long after one search for a hole the driver does not search again: REJOIN_MS in src/connection.ts. */
const REJOIN_MS = 5_000;

/**
 * Judges each publisher's messages as a channel of their own: Supabase has no order between publishers, so that a gap says nothing of
 * what another one sent about that time.
 */
export function judgeDeliveries(events: readonly HistoryEvent[], publishers: readonly string[]): HistoryVerdict {
  const streams = events.flatMap((event): HistoryEvent[] => {
    if (event.type === "ended") return [event];
    const of = (publisher: string) => ({ ...event, channel: `${event.channel} by ${publisher}` });
    return "id" in event ? [of(event.id.split(" ")[0] as string)] : publishers.map(of);
  });
  return checkHistory(streams, { order: "publisher" });
}

/** Why a gap was told of. */
export type GapReason =
  /** The public channel was joined anew, and nothing is replayed there. */
  | "rejoined"
  /** Messages are gone: more were missed than are replayed. */
  | "too-many"
  /** Messages are gone: lost within the server, where or when the driver cannot look for them. */
  | "dropped"
  /** Messages that went missing before the gap before it, noticed once more with the next one of their publisher. */
  | "again"
  /** Nothing is gone, but all that was replayed was new, so that nobody could know. */
  | "unproven"
  /** None that the driver's rules know: the gap is false. */
  | "none";

/** Finds the reason of each gap, from what the double saw and from the driver's documented rules. */
export function explainGaps(
  record: DeliveryRecord,
  double: SupabaseDouble,
): { readonly gap: ToldGap; readonly reason: GapReason }[] {
  const dropped = new Set(findDropped(double).values());
  const before = new Map<string, ToldGap>();
  const joins = joinsOf(double, [...new Set(record.gaps.map(({ subscriber }) => subscriber))]);
  return record.gaps.map((gap) => {
    const lane = `${gap.subscriber} ${gap.channel}`;
    const previous = before.get(lane);
    before.set(lane, gap);
    const had = record.had(gap.subscriber, gap.channel);
    const isGone = (id: string) => !had.has(id);
    const isDropped = (id: string) => isGone(id) && dropped.has(`${gap.channel} ${id}`);
    // After which join it was told; what comes of the first one is no gap.
    const isRejoined = (previous ? previous.join.at : firstAt(joins, gap)) < gap.join.at;
    const isFull = gap.isPageFull && !gap.isPageKnown;
    // A hole is the place before what came next.
    const hole = gap.next && beforeThat(gap.next);
    const reason = (): GapReason => {
      if (gap.channel !== ROOM && isRejoined) return "rejoined";
      if (isFull) return gap.missed.some(isGone) ? "too-many" : "unproven";
      // Older than what is replayed, or so soon after one search that there is no other.
      if (
        gap.channel === ROOM &&
        gap.missed.some(isDropped) &&
        (gap.isPageFull || hasSearched(double, joins.flat(), gap))
      )
        return "dropped";
      if (!hole || !isGone(hole)) return "none";
      if (!gap.missed.includes(hole)) return "again";
      return gap.channel !== ROOM && isDropped(hole) ? "dropped" : "none";
    };
    return { gap, reason: reason() };
  });
}

/** Whether the same connection has left and joined anew to look for a hole, less than so long before. */
function hasSearched(double: SupabaseDouble, joins: readonly Join[], { join, atMs }: ToldGap): boolean {
  return joins
    .filter(({ connection, channel }) => connection === join.connection && channel === join.channel)
    .some((each) => {
      const leftMs = leftAtMs(double, each);
      return leftMs !== undefined && leftMs <= atMs && atMs - leftMs <= REJOIN_MS;
    });
}

function firstAt(joins: readonly (readonly Join[])[], { join: { client, channel } }: ToldGap): number {
  return joins.flat().find((each) => each.client === client && each.channel === channel)?.at ?? -1;
}

/** The message that its publisher sent on the channel before this one. */
function beforeThat(id: string): string {
  const [publisher, number] = id.split(" ");
  return `${publisher} ${Number(number) - 1}`;
}
