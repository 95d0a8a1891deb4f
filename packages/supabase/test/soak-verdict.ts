/** Judges a soak: what was doubled, what was lost in silence, and which gaps were told of without need. */
import { checkHistory, type HistoryEvent, type HistoryVerdict } from "@attune/testing";
import type { SupabaseDouble } from "@attune/testing/supabase";
import type { DeliveryRecord, ToldGap } from "./delivery-record.js";
import { storedId } from "./delivery-record.js";
import { ROOM } from "./soak-world.js";

/** A replay reaches at least over so many missed messages, and a known one before them, with room for repeats. */
const SURELY_REPLAYED = 20;

/** How long after one search for a hole the driver does not search again: REJOIN_MS in src/connection.ts. */
const REJOIN_MS = 5_000;

/** Whether deliveries were right, each publisher taken by itself. */
export type StreamVerdict = Omit<HistoryVerdict, "ok" | "gaps">;

/**
 * Judges each publisher's messages as a channel of their own: Supabase has no order between publishers, so that a gap says nothing of
 * what another one sent about that time.
 */
export function judgeDeliveries(events: readonly HistoryEvent[], publishers: readonly string[]): HistoryVerdict {
  const streams = events.flatMap((event): HistoryEvent[] => {
    const of = (publisher: string) => ({ ...event, channel: `${event.channel} by ${publisher}` });
    return "id" in event ? [of(event.id.split(" ")[0] as string)] : publishers.map(of);
  });
  return checkHistory(streams, { order: "publisher" });
}

/** Why a gap was told of. */
export type GapReason =
  /** Nothing is replayed there. */
  | "public"
  /** More was missed than a replay is sure to reach over. */
  | "too-many"
  /** A broadcast was lost within the server, while the driver would not look for another one yet. */
  | "dropped"
  /** None that its rules know. */
  | "none";

/** Finds the reason of each gap, from what the double saw and from the driver's documented rules. */
export function explainGaps(
  { gaps }: DeliveryRecord,
  double: SupabaseDouble,
  dropsAt: readonly number[],
): { readonly gap: ToldGap; readonly reason: GapReason }[] {
  const dropped = droppedMessages(double, dropsAt);
  return gaps.map((gap) => {
    if (gap.channel !== ROOM) return { gap, reason: "public" };
    if (gap.missed.length > SURELY_REPLAYED) return { gap, reason: "too-many" };
    const hasLost = gap.missed.some((id) => dropped.has(id));
    return { gap, reason: hasLost && hasJustRejoined(double, gap) ? "dropped" : "none" };
  });
}

/** Messages of the room that were stored and reached nobody, by the double's doing. */
function droppedMessages(double: SupabaseDouble, dropsAt: readonly number[]): Set<string> {
  const spread = new Set(
    double.sent
      .filter(({ event, payload }) => event === "broadcast" && !Object(payload).meta?.replayed)
      .map(({ payload }) => storedId(Object(payload).payload)),
  );
  // The next that was to reach anybody, from each time on.
  return new Set(
    dropsAt.flatMap((from) => {
      const next = double.received
        .slice(from)
        .find(({ event, payload }) => event === "broadcast" && !spread.has(storedId(Object(payload).payload)));
      return next ? [storedId(Object(next.payload).payload)] : [];
    }),
  );
}

/** Whether the same connection has joined anew to look for a hole, less than so long before. */
function hasJustRejoined(double: SupabaseDouble, { connection, atMs }: ToldGap): boolean {
  const joins = double.received.filter(
    (each) => each.connection === connection && each.topic === ROOM && each.event === "phx_join" && each.atMs <= atMs,
  );
  const latest = joins.at(-1);
  return joins.length > 1 && latest !== undefined && atMs - latest.atMs < REJOIN_MS;
}
