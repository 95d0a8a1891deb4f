/** The rows of a table, live: a snapshot, the changes on top of it, and both anew after every loss. */
import { browserEnvironment, type Environment } from "@attune/core";
import { RealtimeError } from "@attune/protocol";
import { atom, onMount, type ReadableAtom } from "nanostores";
import { openChangeFeed } from "./change-feed.js";
import { toError } from "./errors.js";
import { type KeyOf, type KnownRows, knownRows, saysKey, withChanges } from "./known-rows.js";
import { rejoinDelayMs } from "./rejoin-delay.js";
import { type RowChange, toRowChange } from "./row-change.js";
import type { ChangeBinding, ChangePayload, ChangesClientLike } from "./sdk-changes.js";
import { type ReadAnswer, readSnapshot } from "./snapshot-read.js";

/** Which table, and how its rows are read. */
export interface PostgresChangesOptions<Row extends object> {
  /** Default `public`. */
  readonly schema?: string;
  readonly table: string;
  /** `column=operator.value`, as Supabase has it, of any column of the table. `read` should read the same rows. Default all rows. */
  readonly filter?: `${string}=${string}.${string}`;
  /** Which changes to ask for; of the others `$rows` hears with the next read only. Default `*`. */
  readonly event?: RowChange<Row>["type"] | "*";
  /** What a row is known by: of its primary key, because a delete says nothing else. */
  readonly key: KeyOf<Row>;
  /**
   * Reads the rows, from the primary database: a replica may lag behind the changes. Called again after every loss. The signal says
   * that the answer is not wanted any more.
   */
  readonly read: (signal: AbortSignal) => PromiseLike<ReadAnswer<Row>>;
  /** Whether the channel is a private topic, that policies on `realtime.messages` guard. Default false. */
  readonly isPrivate?: boolean;
  /** For tests: what is taken from the world. Default {@link browserEnvironment}. */
  readonly env?: Partial<Pick<Environment, "clock" | "random" | "report">>;
}

/** What is known of a table. */
export interface TableRows<Row> {
  /** `loading` until the rows were read once, `live` while changes arrive, `stale` while something may be missing. */
  readonly status: "loading" | "live" | "stale";
  /** In the order that they were read in; new ones behind. */
  readonly rows: readonly Row[];
  /** Why it is not live. What failed is tried again, whatever it is. */
  readonly error?: RealtimeError | undefined;
}

/** The rows of a table, live. */
export interface PostgresChanges<Row> {
  /** While somebody listens, the channel is joined; it is left 1 s after the last one. */
  readonly $rows: ReadableAtom<TableRows<Row>>;
  /**
   * Calls back with each change as it arrives, after `$rows` has it; what changes during a loss is in `$rows` only.
   *
   * @returns ends it; until then it counts as somebody who listens
   */
  on<Type extends RowChange<Row>["type"] | "*">(
    type: Type,
    listener: (change: Type extends "*" ? RowChange<Row> : Extract<RowChange<Row>, { type: Type }>) => void,
  ): () => void;
  /** Leaves at once, and for good. */
  stop(): void;
}

/**
 * Follows a table by the app's own client: reads its rows, and applies the changes that Supabase tells. After each loss it joins and
 * reads again, after 1, 2, 4 … 30 s.
 *
 * @param name begins the topic of a channel of its own, `<name>#<schema>.<table>`; one that is taken gets a number behind
 * @example
 * ```ts
 * import { postgresChanges } from "@attune/supabase";
 * import { createClient } from "@supabase/supabase-js";
 * interface Order { readonly id: number; readonly room: number; readonly total: number }
 * const client = createClient("https://project.supabase.co", "sb_publishable_key");
 * const orders = postgresChanges<Order>(client, "orders", {
 *   table: "orders",
 *   filter: "room=eq.1",
 *   key: (row) => row.id,
 *   read: (signal) => client.from("orders").select("*").eq("room", 1).abortSignal(signal),
 * });
 * orders.$rows.subscribe(({ status, rows }) => console.log(status, rows.length));
 * orders.on("insert", ({ new: order }) => console.log(order.total));
 * ```
 */
export function postgresChanges<Row extends object>(
  client: ChangesClientLike,
  name: string,
  options: PostgresChangesOptions<Row>,
): PostgresChanges<Row> {
  const { schema = "public", table, filter, event = "*", key, read, isPrivate = false } = options;
  const { clock, random, report } = { ...browserEnvironment(), ...options.env };
  const place = `${schema}.${table}`;
  const binding: ChangeBinding = {
    event: event === "*" ? event : (event.toUpperCase() as Uppercase<typeof event>),
    schema,
    table,
    // The client compares what it asked for with what the server understood: an absent filter must be absent.
    ...(filter === undefined ? {} : { filter }),
  };
  const $rows = atom<TableRows<Row>>({ status: "loading", rows: [] });
  const listeners = new Set<readonly [type: string, listener: (change: RowChange<Row>) => void]>();
  let known: KnownRows<Row> | undefined;
  let phase: "away" | "waiting" | "reading" | "live" = "away";
  /** Changes since the read began: it may have them, or not. */
  let early: RowChange<Row>[] = [];
  /** A change since the read began of which the row did not come along. */
  let torn: RealtimeError | undefined;
  let failures = 0;
  let isStopped = false;
  let leave = (): void => {};
  let cancelStep = (): void => {};

  function tell(error?: RealtimeError): void {
    const status = phase === "live" ? "live" : known ? "stale" : "loading";
    const before = $rows.value as TableRows<Row>;
    const rows = known ? Array.from(known.rows.values()) : [];
    if (status !== "live" && before.status === status && before.error === error) return;
    $rows.set({ status, rows, error });
  }

  function retry(step: () => void, error: RealtimeError): void {
    failures += 1;
    const afterMs = error.details?.["retryAfterMs"];
    cancelStep();
    cancelStep = clock.after(rejoinDelayMs(failures, random, typeof afterMs === "number" ? afterMs : 0), step);
    tell(error);
  }

  function join(): void {
    leave = openChangeFeed({
      client,
      clock,
      topic: `${name}#${place}`,
      isPrivate,
      binding,
      onFlowing: readRows,
      onChange: take,
      onEnded(error) {
        phase = "away";
        cancelStep();
        retry(join, error);
      },
    });
  }

  function readRows(): void {
    cancelStep();
    phase = "reading";
    // What was told before is in the table by now.
    early = [];
    torn = undefined;
    cancelStep = readSnapshot({ clock, table: place, read, onRows: have, onFailed: readAgain });
    tell(($rows.value as TableRows<Row>).error);
  }

  function readAgain(error: RealtimeError): void {
    phase = "waiting";
    retry(readRows, error);
  }

  function have(snapshot: readonly Row[]): void {
    const fresh = knownRows(snapshot, key);
    if (!fresh) return readAgain(new RealtimeError("invalid-option", `key: a row of "${place}" has none.`));
    known = withChanges(fresh, early, key);
    if (torn) return readAgain(torn);
    phase = "live";
    failures = 0;
    tell();
  }

  function take(payload: ChangePayload): void {
    const change = toRowChange<Row>(payload);
    const [failure] = payload.errors ?? [];
    // Supabase leaves out values, or all of the row, when it is too large or may not be seen (`apply_rls`).
    if (failure) miss(toError(`A change of "${place}" came without its row`, failure, "payload-too-large"));
    else if (!saysKey(change, key)) miss(new RealtimeError("invalid-option", `key: a change of "${place}" has none.`));
    else if (phase === "reading") early.push(change);
    else if (phase === "live" && known) {
      const { rows } = known;
      known = withChanges(known, [change], key);
      if (known.rows !== rows) tell();
    }
    if (!failure) emit(change);
  }

  function miss(error: RealtimeError): void {
    torn = error;
    if (phase === "live") readAgain(error);
  }

  function emit(change: RowChange<Row>): void {
    for (const [type, listener] of [...listeners]) {
      if (type !== "*" && type !== change.type) continue;
      try {
        listener(change);
      } catch (error) {
        // The client would pass over whoever else waits for the same frame.
        report(error);
      }
    }
  }

  function end(): void {
    phase = "away";
    failures = 0;
    leave();
    cancelStep();
    tell();
  }

  onMount($rows, () => {
    if (isStopped) return;
    join();
    return end;
  });

  return {
    $rows,
    on(type, listener) {
      const entry = [type, listener as (change: RowChange<Row>) => void] as const;
      listeners.add(entry);
      const release = $rows.listen(() => {});
      return () => {
        listeners.delete(entry);
        release();
      };
    },
    stop() {
      isStopped = true;
      end();
    },
  };
}
