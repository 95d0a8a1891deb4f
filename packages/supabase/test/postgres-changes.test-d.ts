import { postgresChanges } from "@attune/supabase";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { createClient as createLowest } from "supabase-js-lowest";
import { expectTypeOf, test } from "vitest";

interface Order {
  readonly id: number;
  readonly room: number;
  readonly note: string | null;
}

interface Database {
  public: {
    Tables: {
      orders: {
        Row: { id: number; room: number; note: string | null };
        Insert: { id: number; room: number; note?: string };
        Update: { note?: string };
        Relationships: [];
      };
    };
    Views: {};
    Functions: {};
  };
}

const client = createClient<Database>("https://x.supabase.co", "key");
const read = async (): Promise<Order[]> => [];

test("takes the client that the app made, whichever of the supported versions made it", () => {
  const lowest = createLowest("https://x.supabase.co", "key");
  postgresChanges<Order>(lowest, "orders", {
    table: "orders",
    key: (row) => row.id,
    read: (signal) => lowest.from("orders").select("*").abortSignal(signal),
  });
  postgresChanges<Order>({} as SupabaseClient, "orders", { table: "orders", key: (row) => row.id, read });
});

test("rows are what the typed client reads", () => {
  const orders = postgresChanges(client, "orders", {
    table: "orders",
    filter: "room=eq.1",
    key: (row) => row.id,
    read: () => client.from("orders").select("id, note"),
  });
  expectTypeOf(orders.$rows.get().rows).toEqualTypeOf<readonly { id: number; note: string | null }[]>();
});

test("each kind of change has what it has", () => {
  const orders = postgresChanges<Order>(client, "orders", { table: "orders", key: ({ id }) => id, read });
  orders.on("insert", (change) => {
    expectTypeOf(change.new).toEqualTypeOf<Order>();
    expectTypeOf(change.old).toEqualTypeOf<null>();
  });
  orders.on("delete", (change) => {
    expectTypeOf(change.new).toEqualTypeOf<null>();
    expectTypeOf(change.old.id).toEqualTypeOf<number | undefined>();
  });
  orders.on("*", (change) => {
    expectTypeOf(change.type).toEqualTypeOf<"insert" | "update" | "delete">();
    if (change.type === "update") expectTypeOf(change.new.note).toEqualTypeOf<string | null>();
  });
  const { rows } = orders.$rows.get();
  expectTypeOf(rows).toEqualTypeOf<readonly Order[]>();
});

test("a wrong column, filter or event does not compile", () => {
  const options = { table: "orders", key: ({ id }: Partial<Order>) => id, read };
  // @ts-expect-error no such column
  postgresChanges<Order>(client, "orders", { ...options, key: (row) => row.nr });
  // @ts-expect-error no operator
  postgresChanges<Order>(client, "orders", { ...options, filter: "room=1" });
  // @ts-expect-error no such column
  postgresChanges<Order>(client, "orders", options).on("insert", (change) => change.new.nr);
  // @ts-expect-error no such event
  postgresChanges<Order>(client, "orders", options).on("added", () => {});
  // @ts-expect-error rows that lack a column
  postgresChanges<Order>(client, "orders", { ...options, read: async () => [{ id: 1 }] });
  const room = 7;
  postgresChanges<Order>(client, "orders", { ...options, filter: `room=eq.${room}` });
});

test("takes nothing but a client", () => {
  // @ts-expect-error a URL is no client
  postgresChanges<Order>("https://x.supabase.co", "orders", { table: "orders", key: ({ id }) => id, read });
});
