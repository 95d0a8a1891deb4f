/** `postgresChanges` over real sockets, with the official clients, against the Supabase double and a table behind it. */
import { createRealtime } from "@attune/core";
import { until } from "@attune/testing";
import {
  createSupabaseDouble,
  type SupabaseDouble,
  type SupabaseDoubleOptions,
  supabaseToken,
} from "@attune/testing/supabase";
import { afterEach, describe, expect, test } from "vitest";
import { postgresChanges, type PostgresChangesOptions, supabase } from "../src/index.js";
import { officialClient, VERSIONS } from "./official-clients.js";

interface Order {
  readonly id: number;
  readonly room: number;
  readonly total: number;
}

const TOPIC = "orders#public.orders";
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.each(VERSIONS)("%s client", (version) => {
  async function start({
    double: doubleOptions = {},
    ...options
  }: Partial<PostgresChangesOptions<Order>> & {
    readonly double?: SupabaseDoubleOptions;
  } = {}) {
    const double = await createSupabaseDouble({
      ...doubleOptions,
      delays: { joinErrorMs: 5, connectErrorMs: 5, ...doubleOptions.delays },
    });
    const client = officialClient(version, {
      url: double.url,
      client: "ada",
      token: () => supabaseToken({ sub: "ada" }),
    });
    const table = new Map<number, Order>([[1, { id: 1, room: 1, total: 1 }]]);
    let reads = 0;
    const orders = postgresChanges<Order>(client, "orders", {
      table: "orders",
      filter: "room=eq.1",
      key: (row) => row.id,
      async read() {
        reads += 1;
        return { data: [...table.values()], error: null };
      },
      ...options,
    });
    ends.push(
      () => double.close(),
      () => client.realtime.disconnect(),
      () => orders.stop(),
    );
    return {
      double,
      client,
      table,
      orders,
      reads: () => reads,
      isLive: () => orders.$rows.value?.status === "live",
      rows: () => orders.$rows.value?.rows,
      put: (total: number, id = 1) => commit(double, table, { id, room: 1, total }),
      remove: (id: number) => commit(double, table, id),
    };
  }

  function commit(double: SupabaseDouble, table: Map<number, Order>, row: Order | number): void {
    if (typeof row === "number") {
      const oldRecord = { ...table.get(row) };
      table.delete(row);
      double.changeRow({ table: "orders", type: "DELETE", oldRecord });
      return;
    }
    const type = table.has(row.id) ? "UPDATE" : "INSERT";
    table.set(row.id, row);
    double.changeRow({ table: "orders", type, record: { ...row }, oldRecord: { id: row.id } });
  }

  test("rows are read, and follow inserts, updates and deletes; others' rows are not told", async () => {
    const { double, orders, isLive, put, remove, rows } = await start();
    const heard: string[] = [];
    orders.on("*", ({ type, commitTimestamp }) => heard.push(`${type} ${commitTimestamp.length}`));
    await until(isLive);
    put(2, 2);
    put(5);
    double.changeRow({ table: "orders", type: "INSERT", record: { id: 9, room: 2, total: 0 } });
    await until(() => rows()?.length === 2 && rows()?.[0]?.total === 5);
    remove(1);
    await until(() => rows()?.length === 1);
    expect(rows()).toEqual([{ id: 2, room: 1, total: 2 }]);
    expect(heard).toEqual(["insert 24", "update 24", "delete 24"]);
  });

  test("rows are read when changes flow, not before: none is missed between the two", async () => {
    const { double, isLive, orders, reads, rows, table } = await start({ double: { delays: { postgresMs: 100 } } });
    orders.$rows.listen(() => {});
    await until(() => double.subscribers(TOPIC).length === 1);
    expect(reads()).toBe(0);
    table.set(2, { id: 2, room: 1, total: 2 });
    await until(isLive);
    expect(rows()).toHaveLength(2);
  });

  test.each<[string, (double: SupabaseDouble) => void]>([
    ["the connection is cut", (double) => double.cut()],
    ["the server closes the channel", (double) => double.closeChannel(TOPIC)],
    ["the channel crashes", (double) => double.crashChannel(TOPIC)],
    ["the server restarts", (double) => double.restart()],
  ])("what changed while %s is in the rows afterwards", async (_, strike) => {
    const { double, isLive, orders, put, remove, rows } = await start();
    const statuses: string[] = [];
    orders.$rows.listen(({ status }) => statuses.push(status));
    await until(isLive);
    put(2, 2);
    await until(() => rows()?.length === 2);
    statuses.length = 0;
    strike(double);
    await until(() => !isLive());
    expect(orders.$rows.value).toMatchObject({ status: "stale", rows: [{ total: 1 }, { total: 2 }] });
    expect(orders.$rows.value?.error).toBeDefined();
    put(7);
    remove(2);
    put(3, 3);
    await until(isLive, { withinMs: 10_000 });
    expect(rows()).toEqual([
      { id: 1, room: 1, total: 7 },
      { id: 3, room: 1, total: 3 },
    ]);
    expect(new Set(statuses)).toEqual(new Set(["stale", "live"]));
    put(8);
    await until(() => rows()?.[0]?.total === 8);
    expect(double.subscribers(TOPIC)).toHaveLength(1);
  });

  test("loss after loss, with changes all the while: in the end the rows are the table's", async () => {
    const { double, isLive, orders, put, remove, rows, table } = await start({
      // The waits are the same, a hundred times as fast.
      env: { clock: { now: () => Date.now(), after: soon } },
    });
    orders.$rows.listen(() => {});
    await until(isLive);
    for (let round = 1; round <= 30; round += 1) {
      put(round, 1 + (round % 5));
      if (round % 4 === 0) remove(1 + ((round * 3) % 5));
      if (round % 6 === 0) double.closeChannel(TOPIC);
      if (round % 10 === 0) double.cut();
      if (round % 3 === 0) await until(isLive, { withinMs: 10_000 });
    }
    const byId = (a: Order, b: Order) => a.id - b.id;
    await until(
      () =>
        isLive() && JSON.stringify([...(rows() ?? [])].sort(byId)) === JSON.stringify([...table.values()].sort(byId)),
      { withinMs: 10_000, describe: () => ({ rows: rows(), table: [...table.values()] }) },
    );
  });

  test("a connection that died in silence, and was given up by someone else, is noticed on the next one", async () => {
    const { double, client, isLive, orders, put, rows } = await start();
    orders.$rows.listen(() => {});
    await until(isLive);
    double.stall("ada");
    await client.realtime.disconnect();
    put(4);
    double.resume("ada");
    client.realtime.connect();
    await until(() => isLive() && rows()?.[0]?.total === 4, { withinMs: 10_000 });
  });

  test("a private topic that is refused is told as an error, and joined when it is allowed", async () => {
    let isAllowed = false;
    const { isLive, orders } = await start({ isPrivate: true, double: { canRead: () => isAllowed } });
    orders.$rows.listen(() => {});
    await until(() => orders.$rows.value?.error);
    expect(orders.$rows.value).toMatchObject({ status: "loading", error: { code: "forbidden" } });
    isAllowed = true;
    await until(isLive, { withinMs: 10_000 });
  });

  test("beside the driver on the same client: two topics, one connection, and both come back", async () => {
    const { double, client, isLive, orders, put, rows } = await start();
    const realtime = createRealtime({ driver: supabase(client) });
    ends.push(() => realtime.dispose());
    const messages: unknown[] = [];
    realtime.subscribe("public:orders", "message", ({ data }) => messages.push(data));
    orders.$rows.listen(() => {});
    await until(() => isLive() && double.subscribers("public:orders").length === 1);
    expect(double.connections).toHaveLength(1);
    double.cut();
    await until(() => !isLive());
    put(6);
    await until(() => isLive() && rows()?.[0]?.total === 6, { withinMs: 10_000 });
    await until(() => double.subscribers("public:orders").length === 1, { withinMs: 10_000 });
    expect(double.connections).toHaveLength(1);
    double.broadcast("public:orders", "message", { text: "hello" }, { private: false });
    await until(() => messages.length === 1);
  });

  test("two sources of one name do not get in each other's way, and leave when nobody listens", async () => {
    const { double, client, isLive, orders, put, rows } = await start();
    const same = postgresChanges<Order>(client, "orders", {
      table: "orders",
      key: ({ id }) => id,
      read: async () => [],
    });
    ends.push(() => same.stop());
    orders.$rows.listen(() => {});
    const end = same.$rows.listen(() => {});
    await until(() => isLive() && same.$rows.value?.status === "live");
    put(2);
    await until(() => rows()?.[0]?.total === 2 && same.$rows.value?.rows.length === 1);
    end();
    await until(() => double.connections[0]?.topics.length === 1);
    put(3);
    await until(() => rows()?.[0]?.total === 3);
    orders.stop();
    await until(() => double.connections.every(({ topics }) => topics.length === 0));
  });
});

function soon(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms / 100);
  return () => clearTimeout(timer);
}
