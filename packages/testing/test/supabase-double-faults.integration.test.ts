import { describe, expect, test } from "vitest";
import { until } from "../src/index.js";
import { joined, listen, supabaseWorld, versions } from "./supabase-world.js";

const world = supabaseWorld();
const hi = { type: "broadcast", event: "hi", payload: {} } as const;
const times = (statuses: string[], status: string) => statuses.filter((each) => each === status).length;

describe.each(versions)("with supabase-js %s", (version) => {
  test("cut: the socket breaks, presence goes, and the client comes back", async () => {
    const ada = listen(world.client(version, { client: "ada" }), "room", { presence: { key: "ada" } });
    await joined(ada);
    const bob = await joined(listen(world.client(version, { client: "bob" }), "room", { presence: { key: "bob" } }));
    await ada.channel.track({});
    await until(() => bob.channel.presenceState()["ada"]);
    world.double.cut("ada");
    await until(() => !bob.channel.presenceState()["ada"]);
    await until(() => times(ada.statuses, "SUBSCRIBED") === 2);
    expect(bob.statuses).toEqual(["SUBSCRIBED"]);
    // Coming back is not being present: the client does not track again by itself.
    expect(world.double.members("room")).toEqual([]);
  });

  test("stall: nothing arrives and nobody is told; resume lets everything arrive, in order", async () => {
    const ada = await joined(listen(world.client(version, { client: "ada" }), "room"));
    const bob = await joined(listen(world.client(version, { client: "bob" }), "room"));
    world.double.stall("bob");
    await ada.channel.send({ ...hi, event: "1" });
    await bob.channel.send({ ...hi, event: "held" });
    await ada.channel.send({ ...hi, event: "2" });
    await until(() => world.double.received.filter(({ event }) => event === "broadcast").length === 2);
    expect(bob.broadcasts).toEqual([]);
    expect(ada.broadcasts).toEqual([]);
    world.double.resume("bob");
    await until(() => bob.broadcasts.length === 2 && ada.broadcasts.length === 1);
    expect(bob.broadcasts.map(({ event }) => event)).toEqual(["1", "2"]);
    expect(bob.statuses).toEqual(["SUBSCRIBED"]);
  });

  test("stall: a heartbeat without an answer makes the client give up, and try again", async () => {
    const ada = await joined(listen(world.client(version, { client: "ada", heartbeatMs: 40 }), "room"));
    await until(() => world.double.received.some(({ topic, event }) => topic === "phoenix" && event === "heartbeat"));
    world.double.stall();
    await until(() => ada.statuses.includes("CHANNEL_ERROR"), { withinMs: 5_000 });
    world.double.resume();
    await until(() => times(ada.statuses, "SUBSCRIBED") === 2, { withinMs: 5_000 });
  });

  test("closeChannel: an error with the reason, then closed, and the client stays away", async () => {
    const ada = await joined(listen(world.client(version), "room"));
    world.double.closeChannel("room", "Go home");
    await until(() => ada.statuses.includes("CLOSED"));
    expect(ada.system).toMatchObject([{ status: "error", message: "Go home" }]);
    expect(world.double.subscribers("room")).toEqual([]);
    expect(ada.statuses).toEqual(["SUBSCRIBED", "CLOSED"]);
  });

  test("crashChannel: the client joins again", async () => {
    const ada = await joined(listen(world.client(version), "room"));
    world.double.crashChannel("room");
    await until(() => times(ada.statuses, "SUBSCRIBED") === 2, { withinMs: 5_000 });
    expect(ada.statuses).toEqual(["SUBSCRIBED", "CHANNEL_ERROR", "SUBSCRIBED"]);
  });

  test("dropNextAck: the broadcast arrives, and its sender waits in vain", async () => {
    const client = world.client(version, { timeoutMs: 100 });
    const ada = await joined(listen(client, "room", { broadcast: { ack: true } }));
    const bob = await joined(listen(world.client(version), "room"));
    world.double.dropNextAck();
    expect(await ada.channel.send(hi)).toBe("timed out");
    expect(await ada.channel.send(hi)).toBe("ok");
    await until(() => bob.broadcasts.length === 2);
  });

  test("dropNextBroadcast: acked and stored, and nobody gets it", async () => {
    const ada = await joined(listen(world.client(version), "room", { broadcast: { ack: true } }));
    const bob = await joined(listen(world.client(version), "room"));
    world.double.dropNextBroadcast();
    expect(await ada.channel.send(hi)).toBe("ok");
    expect(await ada.channel.send({ ...hi, event: "second" })).toBe("ok");
    await until(() => bob.broadcasts.length > 0);
    expect(bob.broadcasts.map(({ event }) => event)).toEqual(["second"]);
    world.double.dropNextBroadcast();
    world.double.broadcast("room", "lost", {});
    expect(world.double.history("room")).toMatchObject([{ event: "lost" }]);
  });

  test("restart: every socket goes, presence is forgotten, stored messages are not", async () => {
    const ada = listen(await world.user(version, "ada"), "room", { private: true, presence: { key: "ada" } });
    await joined(ada);
    await ada.channel.track({});
    world.double.broadcast("room", "db", {});
    world.double.restart();
    await until(() => times(ada.statuses, "SUBSCRIBED") === 2, { withinMs: 5_000 });
    expect(world.double.members("room")).toEqual([]);
    expect(world.double.history("room")).toHaveLength(1);
  });
});
