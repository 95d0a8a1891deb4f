/** Finds joins that nothing gave cause for: where each loss is a gap, a join without need is a false one. */
import type { SupabaseDouble, SupabaseReceived } from "@attune/testing/supabase";
import { userOfToken } from "../src/identity.js";
import type { Strike } from "./fault-plan.js";
import { CHANNELS, ROOM } from "./soak-world.js";

/** A join of one client. */
export interface Join {
  readonly client: string;
  readonly channel: string;
  readonly connection: number;
  readonly joinRef: string | null;
  /** Its place in what the double took in. */
  readonly at: number;
}

/** What a message says: who sent it, and the how many-th of those on its channel it is. */
export function idOf(data: unknown): string {
  return String(data);
}

/** The message in a broadcast: the driver sends it in a cover. */
export function coveredId(payload: unknown): string {
  return idOf(Object(payload).data);
}

/** Broadcasts that the double took in and that reached nobody while they were new, by their place in what it took in. */
export function findDropped({ received, sent }: SupabaseDouble): ReadonlyMap<number, string> {
  const keyOf = (topic: string, payload: unknown) => `${topic} ${coveredId(Object(payload).payload)}`;
  const spread = new Set(
    sent
      .filter(({ event, payload }) => event === "broadcast" && !Object(payload).meta?.replayed)
      .map(({ topic, payload }) => keyOf(topic, payload)),
  );
  return new Map(
    [...received.entries()]
      .filter(([, { event, topic, payload }]) => event === "broadcast" && !spread.has(keyOf(topic, payload)))
      .map(([at, { topic, payload }]) => [at, keyOf(topic, payload)]),
  );
}

/** Whether a client left a join that stood, as the driver does to look for a lost message; and when. */
export function leftAtMs({ received, sent }: SupabaseDouble, { connection, joinRef }: Join): number | undefined {
  const isOf = (frame: { connection: number; joinRef: string | null }) =>
    frame.connection === connection && frame.joinRef === joinRef;
  const left = received.find((frame) => isOf(frame) && frame.event === "phx_leave");
  const ended = sent.find((frame) => isOf(frame) && ["phx_close", "phx_error"].includes(frame.event));
  return left && (!ended || left.atMs <= ended.atMs) ? left.atMs : undefined;
}

/** The latest join of a channel that the double took in from a client. */
export function lastJoin({ received }: SupabaseDouble, name: string, channel: string): Join {
  for (let at = received.length - 1; at >= 0; at -= 1) {
    const frame = received[at] as SupabaseReceived;
    if (frame.event !== "phx_join" || frame.topic !== channel) continue;
    const join = toJoin(at, frame);
    if (join.client === name) return join;
  }
  throw new Error(`${name} never joined ${channel}`);
}

/** Each client's joins of each channel that were answered with ok, in order. */
export function joinsOf(double: SupabaseDouble, names: readonly string[]): readonly (readonly Join[])[] {
  const accepted = new Set(
    double.sent
      .filter(({ event, payload }) => event === "phx_reply" && Object(payload).status === "ok")
      .map(({ connection, ref }) => `${connection} ${ref}`),
  );
  const joins = [...double.received.entries()]
    .filter(([, { event, connection, ref }]) => event === "phx_join" && accepted.has(`${connection} ${ref}`))
    .map(([at, frame]) => toJoin(at, frame));
  return names.flatMap((name) =>
    CHANNELS.map((channel) => joins.filter((join) => join.client === name && join.channel === channel)),
  );
}

function toJoin(at: number, { payload, topic, connection, joinRef }: SupabaseReceived): Join {
  const token: unknown = Object(payload).access_token;
  const client = userOfToken(typeof token === "string" ? token : null)?.userId ?? "nobody";
  return { client, channel: topic, connection, joinRef, at };
}

/** Joins after the first, of which neither a fault nor a lost message is the cause. */
export function findNeedless(
  double: SupabaseDouble,
  names: readonly string[],
  strikes: readonly Strike[],
): readonly Join[] {
  const dropped = [...findDropped(double)].filter(([, key]) => key.startsWith(ROOM)).map(([at]) => at);
  return joinsOf(double, names).flatMap((joins) =>
    joins.filter((next, index) => {
      const before = joins[index - 1];
      if (!before) return false;
      const earlier = joins[index - 2];
      // A publish joins at once, and gives way to core's own join a second later: one cause for two joins.
      const ended = earlier && before.connection === next.connection ? [before, earlier] : [before];
      const isStruck = strikes.some(({ at, connections, channels }) =>
        ended.some(
          (join) =>
            at <= next.at &&
            connections.includes(join.connection) &&
            // A line that was struck may have let the join through that it ends.
            (!channels || (channels.includes(next.channel) && at > join.at)),
        ),
      );
      const isSearch =
        next.channel === ROOM &&
        leftAtMs(double, before) !== undefined &&
        dropped.some((at) => at > before.at && at < next.at);
      return !isStruck && !isSearch;
    }),
  );
}
