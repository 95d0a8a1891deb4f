import { describe, expect, test } from "vitest";
import { manualClock, until } from "../src/index.js";
import { supabaseToken } from "../src/supabase/index.js";
import { joined, listen, supabaseWorld, versions } from "./supabase-world.js";

const world = supabaseWorld();
const hi = { type: "broadcast", event: "hi", payload: { n: 1 } } as const;
const replaying = (since: number, limit?: number) => ({
  private: true,
  broadcast: { replay: { since, ...(limit === undefined ? {} : { limit }) } },
});

describe.each(versions)("with supabase-js %s", (version) => {
  test("replay: 25 at most, whatever is asked for, and those without a limit", async () => {
    for (let n = 1; n <= 30; n++) world.double.broadcast("room", "db", { n });
    const client = await world.user(version, "ada");
    const many = await joined(listen(client, "room", replaying(1, 1_000)));
    await until(() => many.broadcasts.length === 25);
    expect(many.broadcasts[0]?.payload).toMatchObject({ n: 6 });
    expect(many.broadcasts[24]?.payload).toMatchObject({ n: 30 });
    await many.channel.unsubscribe();
    const some = await joined(listen(await world.user(version, "bob"), "room", replaying(1)));
    await until(() => some.broadcasts.length === 25);
  });

  test("replay: since a time, that time included, and not after 72 hours", async () => {
    const clock = manualClock();
    await world.start({ clock, delays: { idleMs: 1_000_000_000 } });
    world.double.broadcast("room", "early", {});
    await clock.advance(1_000);
    const sinceMs = clock.now();
    world.double.broadcast("room", "late", {});
    const client = await world.user(version, "ada", { token: supabaseToken({ sub: "ada", expSeconds: 10_000_000 }) });
    const ada = await joined(listen(client, "room", replaying(sinceMs)));
    await until(() => ada.broadcasts.length > 0);
    expect(ada.broadcasts.map(({ event }) => event)).toEqual(["late"]);
    await clock.advance(72 * 3_600_000);
    expect(world.double.history("room")).toEqual([]);
  });

  test("replay: only what the database sent privately; clients' broadcasts are not stored", async () => {
    const client = await world.user(version, "ada");
    const ada = await joined(listen(client, "room", { private: true, broadcast: { ack: true } }));
    expect(await ada.channel.send(hi)).toBe("ok");
    await ada.channel.httpSend("http", { n: 2 });
    world.double.broadcast("room", "public", {}, { private: false });
    world.double.broadcast("room", "private", { id: "own" });
    expect(world.double.history("room").map(({ event }) => event)).toEqual(["public", "private"]);
    const bob = await joined(listen(await world.user(version, "bob"), "room", replaying(1)));
    await until(() => bob.broadcasts.length > 0);
    expect(bob.broadcasts).toMatchObject([{ event: "private", payload: { id: "own" }, meta: { replayed: true } }]);
  });

  test("replay: bytes come back as bytes", async () => {
    const id = world.double.broadcast("room", "bytes", Uint8Array.from([7, 8]));
    const ada = await joined(listen(await world.user(version, "ada"), "room", replaying(1)));
    await until(() => ada.broadcasts.length === 1);
    expect(ada.broadcasts[0]).toMatchObject({ meta: { replayed: true, id } });
    expect(new Uint8Array(ada.broadcasts[0]?.payload as ArrayBuffer)).toEqual(Uint8Array.from([7, 8]));
  });

  test("replay: what arrives while the join is under way comes before what is replayed", async () => {
    const clock = manualClock();
    await world.start({ clock, delays: { joinMs: 100 } });
    world.double.broadcast("room", "stored", {});
    const ada = listen(await world.user(version, "ada", longToken), "room", replaying(1));
    await until(() => world.double.subscribers("room").length === 1);
    const id = world.double.broadcast("room", "live", {});
    await clock.advance(100);
    await until(() => ada.broadcasts.length === 2);
    expect(ada.broadcasts.map(({ event }) => event)).toEqual(["live", "stored"]);
    expect(ada.broadcasts[0]?.meta).toEqual({ id });
    expect(world.double.sent.map(({ event }) => event)).toEqual(["phx_reply", "broadcast", "broadcast"]);
  });

  test("httpSend reaches subscribers, private ones only with permission", async () => {
    const ada = await joined(listen(await world.user(version, "ada"), "room", { private: true }));
    const bob = world.client(version).channel("room", { config: { private: true } });
    await expect(bob.httpSend("hi", {})).rejects.toThrow("Unauthorized");
    expect(await ada.channel.httpSend("hi", { n: 1 })).toEqual({ success: true });
    await until(() => ada.broadcasts.length === 1);
    expect(ada.broadcasts).toEqual([{ event: "hi", payload: { n: 1 } }]);
    expect(world.double.received.at(-1)).toMatchObject({ via: "http", topic: "room", private: true });
  });

  test("a send before the join goes over HTTP, and is accepted even where it reaches nobody", async () => {
    const bob = await joined(listen(world.client(version), "room"));
    expect(await world.client(version).channel("room").send(hi)).toBe("ok");
    await until(() => bob.broadcasts.length === 1);
    const secret = world.client(version).channel("secret", { config: { private: true } });
    const ada = await joined(listen(await world.user(version, "ada"), "secret", { private: true }));
    expect(await secret.send(hi)).toBe("ok");
    await ada.channel.httpSend("allowed", {});
    await until(() => ada.broadcasts.length > 0);
    expect(ada.broadcasts.map(({ event }) => event)).toEqual(["allowed"]);
  });

  test("postgres changes reach who asked for the table, the event and the filter", async () => {
    await world.start({ delays: { postgresMs: 5 } });
    const seen: string[] = [];
    const subscribed: string[] = [];
    const channel = world.client(version).channel("db");
    channel.on("system", {}, ({ message }: { message: string }) => subscribed.push(message));
    channel.on("postgres_changes", { event: "*", schema: "public", table: "todos", filter: "list=eq.1" }, (change) => {
      seen.push(`${change.eventType} ${JSON.stringify(change.new)} ${JSON.stringify(change.old)}`);
    });
    channel.on("postgres_changes", { event: "DELETE", schema: "public", table: "todos" }, ({ old }) => {
      seen.push(`deleted ${JSON.stringify(old)}`);
    });
    channel.subscribe();
    await until(() => subscribed.includes("Subscribed to PostgreSQL"));
    world.double.changeRow({ table: "todos", type: "INSERT", record: { id: 1, list: 1, done: false } });
    world.double.changeRow({ table: "todos", type: "INSERT", record: { id: 2, list: 2, done: false } });
    world.double.changeRow({ table: "others", type: "INSERT", record: { id: 3, list: 1 } });
    world.double.changeRow({
      table: "todos",
      type: "UPDATE",
      record: { id: 1, list: 1, done: true },
      oldRecord: { id: 1 },
    });
    world.double.changeRow({ table: "todos", type: "DELETE", oldRecord: { id: 1 } });
    await until(() => seen.length === 3);
    expect(seen).toEqual([
      'INSERT {"id":1,"list":1,"done":false} {}',
      'UPDATE {"id":1,"list":1,"done":true} {"id":1}',
      'deleted {"id":1}',
    ]);
  });
});

const longToken = { token: supabaseToken({ sub: "ada", expSeconds: 10_000_000 }) };

describe("persist, which 2.119.0 has", () => {
  test("is ignored unless the double is told to heed it", async () => {
    const client = await world.user("2.119.1", "ada");
    const ada = await joined(listen(client, "room", { private: true, broadcast: { ack: true, self: true } }));
    expect(await ada.channel.send({ ...hi, persist: true })).toBe("ok");
    expect(world.double.history("room")).toEqual([]);
    expect(world.double.received.at(-1)?.meta).toEqual({ persist: true });
    expect(ada.broadcasts).toEqual([{ event: "hi", payload: { n: 1 } }]);
  });

  test("stores the message: the ack has its id, the broadcast has none, a replay has it", async () => {
    await world.start({ persistence: true });
    const client = await world.user("2.119.1", "ada");
    const ada = await joined(listen(client, "room", { private: true, broadcast: { ack: true, self: true } }));
    expect(await ada.channel.send({ ...hi, persist: { ttl: 60 } })).toBe("ok");
    const [stored] = world.double.history("room");
    expect(world.double.sent.at(-1)?.payload).toEqual({ status: "ok", response: { id: stored?.id } });
    expect(ada.broadcasts).toEqual([{ event: "hi", payload: { n: 1 } }]);
    const bob = await joined(listen(await world.user("2.119.1", "bob"), "room", replaying(1)));
    await until(() => bob.broadcasts.length === 1);
    expect(bob.broadcasts).toEqual([{ event: "hi", payload: { n: 1 }, meta: { replayed: true, id: stored?.id } }]);
    expect(await ada.channel.send({ ...hi, persist: { ttl: -1 } })).toBe("invalid_persist_ttl");
  });

  test("is a permission of its own, and a question of httpSend, too", async () => {
    await world.start({ persistence: true, canPersist: ({ token }) => token.sub === "bob" });
    for (const user of ["ada", "bob"]) {
      const client = await world.user("2.119.1", user);
      const { channel } = await joined(listen(client, "room", { private: true, broadcast: { ack: true } }));
      expect(await channel.send({ ...hi, event: `${user} sent`, persist: true })).toBe("ok");
      expect(await channel.httpSend(`${user} posted`, {}, { persist: true })).toEqual({ success: true });
    }
    expect(world.double.history("room").map(({ event }) => event)).toEqual(["bob sent", "bob posted"]);
  });
});
