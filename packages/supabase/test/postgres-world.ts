/** A table, the changes of it on their way, and a client to follow it by, all in the hands of a test. */
import { manualClock } from "@attune/testing";
import { type ChangePayload, type ChangesClientLike, postgresChanges, type ReadAnswer } from "../src/index.js";
import type { PostgresChangesOptions, SubscribeStatus, SystemWord } from "../src/index.js";

export interface Item {
  readonly id: number;
  readonly value: number;
}

interface Channel {
  readonly topic: string;
  readonly isPrivate: boolean;
  tell(payload: ChangePayload): void;
  say(word: SystemWord): void;
  status(status: SubscribeStatus, error?: Error): void;
}

interface Read {
  /** What the database saw, when it has looked already. */
  seen?: readonly Item[];
  readonly signal: AbortSignal;
  readonly resolve: (answer: ReadAnswer<Item>) => void;
  readonly reject: (error: unknown) => void;
}

export type Type = ChangePayload["eventType"];

export function change(type: Type, row: Item, atMs: number, was: Partial<Item> = { id: row.id }): ChangePayload {
  return {
    eventType: type,
    commit_timestamp: new Date(atMs).toISOString(),
    new: type === "DELETE" ? {} : row,
    old: type === "INSERT" ? {} : was,
    errors: null,
  };
}

export function postgresWorld(options: Partial<PostgresChangesOptions<Item>> = {}) {
  const clock = manualClock();
  const reported: unknown[] = [];
  const table = new Map<number, Item>();
  const log: ChangePayload[] = [];
  const reads: Read[] = [];
  /** All that were ever made, and those that the client has. */
  const made: Channel[] = [];
  const present = new Set<Channel>();
  let pending: ChangePayload[] = [];
  let isFlowing = false;

  const client: ChangesClientLike = {
    realtime: {
      stateChangeCallbacks: { open: [] },
      setAuth: async () => {},
      getChannels: () => [...present],
    },
    channel(name, { config }) {
      const heard: Record<string, (value: never) => void> = {};
      const channel: Channel & { on: unknown; subscribe: unknown } = {
        topic: `realtime:${name}`,
        isPrivate: config.private,
        tell: (payload) => heard["postgres_changes"]?.(payload as never),
        say: (word) => heard["system"]?.(word as never),
        status: () => {},
        on(type: string, _filter: object, callback: (value: never) => void) {
          heard[type] = callback;
        },
        subscribe(callback: Channel["status"]) {
          channel.status = callback;
        },
      };
      made.push(channel);
      present.add(channel);
      return channel as never;
    },
    async removeChannel(channel: Channel) {
      present.delete(channel);
    },
  };

  const source = postgresChanges<Item>(client, "here", {
    table: "items",
    key: ({ id }) => id,
    read: (signal) => new Promise((resolve, reject) => reads.push({ signal, resolve, reject })),
    env: { clock, random: () => 0, report: (error) => reported.push(error) },
    ...options,
  });

  const settle = () => clock.advance(0);
  const current = (): Channel | undefined => [...present].at(-1);

  return {
    clock,
    client,
    source,
    table,
    reads,
    made,
    reported,
    settle,
    get channel(): Channel {
      const channel = current();
      if (!channel) throw new Error("Nobody has joined.");
      return channel;
    },
    get isJoined() {
      return present.size > 0;
    },
    get rows() {
      return source.$rows.value?.rows;
    },
    get status() {
      return source.$rows.value?.status;
    },
    /** The table changes; who follows it will be told. */
    commit(type: Type, row: Item) {
      const known = table.get(row.id);
      const actual: Type = type === "DELETE" ? type : known ? "UPDATE" : "INSERT";
      if (actual === "DELETE" && !known) return;
      if (actual === "DELETE") table.delete(row.id);
      else table.set(row.id, row);
      const payload = change(actual, row, clock.now() + log.length);
      log.push(payload);
      if (isFlowing) pending.push(payload);
    },
    /** The join is through. `lag`: how many changes from before it are told as well, as a slot that lags does. */
    async flow(lag = 0) {
      await settle();
      if (isFlowing || !current()) return;
      isFlowing = true;
      pending = lag ? log.slice(-lag) : [];
      this.channel.status("SUBSCRIBED");
      this.channel.say({ extension: "postgres_changes", status: "ok", message: "Subscribed to PostgreSQL" });
      await settle();
    },
    async deliver(count = Number.POSITIVE_INFINITY) {
      for (const payload of pending.splice(0, count)) current()?.tell(payload);
      await settle();
    },
    async lose(status: SubscribeStatus = "CLOSED") {
      isFlowing = false;
      pending = [];
      current()?.status(status);
      await settle();
    },
    /** The server had lost its subscription to the database, with what was on its way, and has another. */
    resubscribe() {
      if (!isFlowing) return;
      pending = [];
      current()?.say({ extension: "postgres_changes", status: "ok", message: "Subscribed to PostgreSQL" });
    },
    /** The database looks at the table for the read that is under way. */
    look() {
      const read = reads.at(-1);
      if (read) read.seen ??= [...table.values()];
    },
    /** The newest read is answered, with what was seen for it. */
    async answer() {
      this.look();
      const read = reads.at(-1);
      read?.resolve({ data: read.seen ?? [], error: null });
      await settle();
    },
    /** Any read is answered, be it wanted any more or not. */
    async answerStray(which: number) {
      const read = reads[which % reads.length];
      read?.resolve(read.seen ?? [...table.values()]);
      await settle();
    },
    async failRead(error: unknown = new Error("fetch failed")) {
      reads.at(-1)?.reject(error);
      await settle();
    },
  };
}

/** A source that somebody listens to, with a row, live. */
export async function livePostgresWorld(options?: Parameters<typeof postgresWorld>[0]) {
  const world = postgresWorld(options);
  world.table.set(1, { id: 1, value: 1 });
  world.source.$rows.listen(() => {});
  await world.flow();
  await world.answer();
  if (world.status !== "live") throw new Error(`The source is ${world.status}.`);
  return world;
}
