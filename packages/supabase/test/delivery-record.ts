/** What happened in a soak: every publish, what each app was given, and what was missing whenever it was told of a gap. */
import type { HistoryEvent } from "@attune/testing";
import type { SupabaseDouble } from "@attune/testing/supabase";
import { coveredId, idOf, type Join, lastJoin } from "./soak-causes.js";
import { CHANNELS, ROOM, type SoakClient } from "./soak-world.js";

/** Supabase replays no more (`@hard_limit` in lib/realtime/messages.ex). */
const FULL_PAGE = 25;

/** A gap that an app was told of. */
export interface ToldGap {
  readonly subscriber: string;
  readonly channel: string;
  readonly atMs: number;
  /** The join that it was told after. */
  readonly join: Join;
  /** What the double took in there and the app never had, without what an earlier gap told of: one for each copy. */
  readonly missed: readonly string[];
  /** Whether this join was replayed as much as there can be. */
  readonly isPageFull: boolean;
  /** Whether, behind the oldest of that, there was something that the app had. */
  readonly isPageKnown: boolean;
  /** What the app was given next. */
  next?: string;
}

/** The record of a run. */
export interface DeliveryRecord {
  readonly events: readonly HistoryEvent[];
  readonly gaps: readonly ToldGap[];
  publish(client: SoakClient, channel: string): void;
  /** What an app was given. */
  had(subscriber: string, channel: string): ReadonlySet<string>;
  /** How many publishes were not settled yet. */
  readonly unsettled: number;
  /** Whether everybody was given the last message of everybody. */
  readonly isComplete: boolean;
}

/** Listens from now on. */
export function recordDeliveries(double: SupabaseDouble, clients: readonly SoakClient[]): DeliveryRecord {
  const events: HistoryEvent[] = [];
  const gaps: ToldGap[] = [];
  const last = new Map<string, string>();
  const counts = new Map<string, number>();
  const hadOn = new Map<string, Set<string>>();
  let unsettled = 0;

  const had = (subscriber: string, channel: string) => hadOn.get(`${subscriber} ${channel}`) ?? new Set<string>();

  for (const { name, service } of clients) {
    for (const channel of CHANNELS) {
      const mine = new Set<string>();
      /** How many messages a gap told of already. */
      let writtenOff = 0;
      let latest: ToldGap | undefined;
      hadOn.set(`${name} ${channel}`, mine);
      events.push({ type: "joined", subscriber: name, channel });
      service.subscribe(channel, "message", ({ data }) => {
        mine.add(idOf(data));
        if (latest) latest.next ??= idOf(data);
        events.push({ type: "delivered", subscriber: name, channel, id: idOf(data) });
      });
      service.channel(channel).on("sync_requested", () => {
        const taken = takenOn(double, channel);
        const missed = taken.slice(writtenOff).filter((id) => !mine.has(id));
        writtenOff = taken.length;
        const join = lastJoin(double, name, channel);
        const page = replayedTo(double, join);
        latest = {
          subscriber: name,
          channel,
          atMs: Date.now(),
          join,
          missed,
          isPageFull: page.length >= FULL_PAGE,
          isPageKnown: page.slice(1).some((id) => mine.has(id)),
        };
        gaps.push(latest);
        events.push({ type: "gap", subscriber: name, channel });
        service.channel(channel).acknowledgeGap();
      });
    }
  }

  return {
    events,
    gaps,
    had,
    publish({ name: client, service }, channel) {
      const lane = `${client} ${channel}`;
      const number = (counts.get(lane) ?? 0) + 1;
      counts.set(lane, number);
      const id = `${client} ${number}`;
      last.set(lane, id);
      unsettled += 1;
      events.push({ type: "published", client, channel, id });
      const settle = (type: "acked" | "failed") => () => {
        unsettled -= 1;
        events.push({ type, client, channel, id });
      };
      void service.publish(channel, "message", id).then(settle("acked"), settle("failed"));
    },
    get unsettled() {
      return unsettled;
    },
    get isComplete() {
      return clients.every(({ name: publisher }) =>
        CHANNELS.every((channel) => {
          const id = last.get(`${publisher} ${channel}`);
          return clients.every(({ name }) => id === undefined || had(name, channel).has(id));
        }),
      );
    },
  };
}

/** What could be had there: what is stored, or, where nothing is, what the double took in. */
function takenOn(double: SupabaseDouble, channel: string): string[] {
  if (channel === ROOM) return double.history(channel).map(({ payload }) => coveredId(payload));
  return double.received
    .filter(({ topic, event }) => topic === channel && event === "broadcast")
    .map(({ payload }) => coveredId(Object(payload).payload));
}

function replayedTo(double: SupabaseDouble, { connection, channel, joinRef }: Join): string[] {
  return double.sent
    .filter((frame) => frame.connection === connection && frame.topic === channel && frame.joinRef === joinRef)
    .filter(({ event, payload }) => event === "broadcast" && Object(payload).meta?.replayed === true)
    .map(({ payload }) => coveredId(Object(payload).payload));
}
