import { describe, expect, test } from "vitest";
import { until } from "../src/index.js";
import { joined, listen, supabaseWorld, versions } from "./supabase-world.js";

const world = supabaseWorld();

describe.each(versions)("with supabase-js %s", (version) => {
  describe.each(["1.0.0", "2.0.0"])("over vsn %s", (vsn) => {
    test("a join is answered, and a broadcast reaches the others but not its sender", async () => {
      const ada = await joined(listen(world.client(version, { vsn, client: "ada" }), "room"));
      const bob = await joined(listen(world.client(version, { vsn, client: "bob" }), "room"));
      expect(world.double.connections).toMatchObject([
        { client: "ada", vsn, topics: ["room"] },
        { client: "bob", vsn, topics: ["room"] },
      ]);
      expect(await ada.channel.send({ type: "broadcast", event: "hi", payload: { text: "Grüße 🎉" } })).toBe("ok");
      await until(() => bob.broadcasts.length === 1);
      expect(bob.broadcasts).toEqual([{ event: "hi", payload: { text: "Grüße 🎉" } }]);
      expect(ada.broadcasts).toEqual([]);
      expect(world.double.received.at(-1)).toMatchObject({
        via: "socket",
        topic: "room",
        event: "broadcast",
        payload: { event: "hi", payload: { text: "Grüße 🎉" } },
      });
    });

    test("self: the sender hears itself, before the ack", async () => {
      const ada = await joined(
        listen(world.client(version, { vsn }), "room", { broadcast: { self: true, ack: true } }),
      );
      expect(await ada.channel.send({ type: "broadcast", event: "hi", payload: { n: 1 } })).toBe("ok");
      expect(ada.broadcasts).toEqual([{ event: "hi", payload: { n: 1 } }]);
      expect(world.double.sent.slice(-2).map(({ event }) => event)).toEqual(["broadcast", "phx_reply"]);
    });
  });

  test("bytes cross vsn 2.0.0, and are left out for vsn 1.0.0", async () => {
    const ada = await joined(listen(world.client(version), "room"));
    const bob = await joined(listen(world.client(version), "room"));
    const old = await joined(listen(world.client(version, { vsn: "1.0.0" }), "room"));
    const bytes = Uint8Array.from([1, 2, 250]).buffer;
    await ada.channel.send({ type: "broadcast", event: "bytes", payload: bytes as never });
    await ada.channel.send({ type: "broadcast", event: "text", payload: {} });
    await until(() => old.broadcasts.length === 1 && bob.broadcasts.length === 2);
    expect(new Uint8Array(bob.broadcasts[0]?.payload as ArrayBuffer)).toEqual(Uint8Array.from([1, 2, 250]));
    expect(old.broadcasts).toMatchObject([{ event: "text" }]);
  });

  test("without ack nothing is answered to a broadcast", async () => {
    const ada = await joined(listen(world.client(version), "room"));
    const sent = world.double.sent.length;
    await ada.channel.send({ type: "broadcast", event: "hi", payload: {} });
    await until(() => world.double.received.at(-1)?.event === "broadcast");
    await ada.channel.unsubscribe();
    await until(() => world.double.sent.at(-1)?.event === "phx_close");
    expect(world.double.sent.slice(sent).map(({ event }) => event)).toEqual(["phx_reply", "phx_close"]);
  });

  test("a private and a public topic of one name have nothing in common", async () => {
    const ada = await joined(listen(await world.user(version, "ada"), "room", { private: true }));
    const bob = await joined(listen(world.client(version), "room"));
    await bob.channel.send({ type: "broadcast", event: "public", payload: {} });
    await ada.channel.send({ type: "broadcast", event: "private", payload: {} });
    world.double.broadcast("room", "both", { id: "1" }, { private: false });
    world.double.broadcast("room", "both", { id: "2" });
    await until(() => ada.broadcasts.length === 1 && bob.broadcasts.length === 1);
    expect(ada.broadcasts).toMatchObject([{ event: "both", payload: { id: "2" } }]);
    expect(bob.broadcasts).toMatchObject([{ event: "both", payload: { id: "1" } }]);
    expect(world.double.subscribers("room", { private: true })).toMatchObject([{ client: "ada", user: "ada" }]);
  });

  test("a private join is refused without permission, and the client asks again", async () => {
    const ada = listen(world.client(version), "room", { private: true });
    await until(() => ada.errors.length > 0);
    expect(ada.statuses[0]).toBe("CHANNEL_ERROR");
    expect(ada.errors[0]).toBe("Unauthorized: You do not have permissions to read from this Channel topic: room");
  });

  test("presence: the state at the join, then joins, updates and leaves as differences", async () => {
    const ada = listen(world.client(version, { client: "ada" }), "room", { presence: { key: "ada" } });
    await joined(ada);
    expect(await ada.channel.track({ mood: "fine" })).toBe("ok");
    const bob = await joined(listen(world.client(version, { client: "bob" }), "room", { presence: { key: "bob" } }));
    await until(() => bob.channel.presenceState()["ada"]?.length === 1);
    await ada.channel.track({ mood: "great" });
    await until(() => bob.channel.presenceState<{ mood: string }>()["ada"]?.[0]?.mood === "great");
    const diff = world.double.sent.filter(({ event }) => event === "presence_diff").at(-1)?.payload as {
      joins: Record<string, { metas: Record<string, unknown>[] }>;
      leaves: Record<string, { metas: Record<string, unknown>[] }>;
    };
    const [join, leave] = [diff.joins["ada"]?.metas[0], diff.leaves["ada"]?.metas[0]];
    expect(join).toMatchObject({ mood: "great", phx_ref_prev: leave?.["phx_ref"] });
    expect(leave).toMatchObject({ mood: "fine" });
    expect(world.double.members("room")).toMatchObject([{ client: "ada", key: "ada", meta: { mood: "great" } }]);
    await ada.channel.untrack();
    await until(() => Object.keys(bob.channel.presenceState()).length === 0);
    expect(world.double.members("room")).toEqual([]);
  });

  test("replay: the latest stored messages, oldest first, after the reply and before presence_state", async () => {
    for (let n = 0; n < 30; n++) world.double.broadcast("room", "db", { n });
    const client = await world.user(version, "ada");
    const ada = await joined(
      listen(client, "room", {
        private: true,
        broadcast: { replay: { since: 1, limit: 3 } },
        presence: { key: "ada", enabled: true },
      }),
    );
    await until(() => world.double.sent.some(({ event }) => event === "presence_state"));
    expect(world.double.sent.map(({ event }) => event)).toEqual([
      "phx_reply",
      "broadcast",
      "broadcast",
      "broadcast",
      "presence_state",
    ]);
    await until(() => ada.broadcasts.length === 3);
    const last = world.double.history("room").slice(-3);
    expect(ada.broadcasts).toEqual(
      last.map(({ id }, index) => ({ event: "db", payload: { id, n: 27 + index }, meta: { replayed: true, id } })),
    );
    const id = world.double.broadcast("room", "db", { n: 30 });
    await until(() => ada.broadcasts.length === 4);
    expect(ada.broadcasts[3]?.meta).toEqual({ id });
  });
});
