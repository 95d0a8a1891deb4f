/** What happened in a soak: every publish, what each app was given, and what was missing whenever it was told of a gap. */
import type { HistoryEvent } from "@attune/testing";
import type { SupabaseDouble } from "@attune/testing/supabase";
import { CHANNELS, ROOM, type SoakClient } from "./soak-world.js";

/** A gap that an app was told of. */
export interface ToldGap {
  readonly subscriber: string;
  readonly channel: string;
  readonly atMs: number;
  /** The connection that it had, as the double counts them; `undefined` when that was gone already. */
  readonly connection: number | undefined;
  /** What is stored there and the app never had, without what an earlier gap told of: one for each copy that is stored. */
  readonly missed: readonly string[];
}

/** The record of a run. */
export interface DeliveryRecord {
  readonly events: readonly HistoryEvent[];
  readonly gaps: readonly ToldGap[];
  publish(client: SoakClient, channel: string): void;
  /** How many publishes were not settled yet. */
  readonly unsettled: number;
  /** Whether everybody was given the last message of everybody. */
  readonly isComplete: boolean;
}

/** What a message says: who sent it on which channel, and the how many-th of those it is. */
export function idOf(data: unknown): string {
  return String(data);
}

/** Listens from now on. */
export function recordDeliveries(double: SupabaseDouble, clients: readonly SoakClient[]): DeliveryRecord {
  const events: HistoryEvent[] = [];
  const gaps: ToldGap[] = [];
  const last = new Map<string, string>();
  const counts = new Map<string, number>();
  const had = new Map<string, Set<string>>();
  let unsettled = 0;

  for (const { name, service } of clients) {
    for (const channel of CHANNELS) {
      const mine = new Set<string>();
      /** How many stored messages a gap told of already. */
      let writtenOff = 0;
      had.set(`${name} ${channel}`, mine);
      events.push({ type: "joined", subscriber: name, channel });
      service.subscribe(channel, "message", ({ data }) => {
        mine.add(idOf(data));
        events.push({ type: "delivered", subscriber: name, channel, id: idOf(data) });
      });
      service.channel(channel).on("sync_requested", () => {
        const stored = channel === ROOM ? double.history(channel).map(({ payload }) => storedId(payload)) : [];
        const missed = stored.slice(writtenOff).filter((id) => !mine.has(id));
        writtenOff = stored.length;
        const connection = double.connections.filter(({ client }) => client === name).at(-1)?.number;
        gaps.push({ subscriber: name, channel, atMs: Date.now(), connection, missed });
        events.push({ type: "gap", subscriber: name, channel });
        service.channel(channel).acknowledgeGap();
      });
    }
  }

  return {
    events,
    gaps,
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
          return clients.every(({ name }) => id === undefined || had.get(`${name} ${channel}`)?.has(id));
        }),
      );
    },
  };
}

/** The message in a stored broadcast: the driver sends it in a cover. */
export function storedId(payload: unknown): string {
  return idOf(Object(payload).data);
}
