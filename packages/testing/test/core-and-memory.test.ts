/** Core over the in-memory provider, in every recovery mode: what users' own tests stand on. */
import { createRealtime, type Realtime } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createMemoryHub, manualClock, memoryDriver, type MemoryDriverOptions } from "../src/index.js";

const room = "presence:room:1";
const modes = ["offset", "cursor", "none"] as const;

function createWorld() {
  const clock = manualClock();
  const hub = createMemoryHub({ clock, latencyMs: 10 });
  const services: Realtime[] = [];
  const reported: unknown[] = [];
  const client = (name: string, options: MemoryDriverOptions = {}): Realtime => {
    const service = createRealtime({
      driver: memoryDriver(hub, { client: name, ...options }),
      env: { clock, random: () => 0, report: (error) => reported.push(error) },
    });
    services.push(service);
    return service;
  };
  /** What a client hears of an event, in order. */
  const ear = (service: Realtime): unknown[] => {
    const heard: unknown[] = [];
    service.subscribe(room, "message", ({ data }) => heard.push(data));
    return heard;
  };
  const namesFor = (service: Realtime) => service.channel(room).$members.value?.map(({ name }) => name);
  return { clock, hub, client, ear, namesFor, services, reported };
}

describe.each(modes)("recovery: %s", (recovery) => {
  test("everybody gets every message once, the publisher too", async () => {
    const { clock, client, ear, reported } = createWorld();
    const [ada, bob] = [client("ada", { recovery }), client("bob", { recovery })];
    const heard = [ear(ada), ear(bob)];
    await clock.advance(100);
    void ada.publish(room, "message", 1);
    void bob.publish(room, "message", 2);
    await clock.advance(100);
    for (const list of heard) expect(new Set(list)).toEqual(new Set([1, 2]));
    for (const list of heard) expect(list).toHaveLength(2);
    expect(reported).toEqual([]);
  });

  test("a publish whose answer is lost ends, and its message is there once", async () => {
    const { clock, hub, client, ear } = createWorld();
    const [ada, bob] = [client("ada", { recovery }), client("bob", { recovery })];
    const heard = [ear(ada), ear(bob)];
    await clock.advance(100);
    hub.dropNextAck();
    const outcome = ada.publish(room, "message", 1).then(
      ({ guarantee }) => guarantee,
      ({ code }) => code,
    );
    await clock.advance(100);
    hub.cut("ada");
    await clock.advance(10_000);
    // Who does not recognise repeats is never sent one: the message arrived, and its publisher cannot know.
    expect(await outcome).toBe(recovery === "none" ? "outcome-unknown" : "stored");
    expect(heard[1]).toEqual([1]);
    if (recovery !== "none") expect(heard[0]).toEqual([1]);
  });

  test("what was missed during a loss comes after it, or is said to be missing", async () => {
    const { clock, hub, client, ear } = createWorld();
    const ada = client("ada", { recovery });
    const heard = ear(ada);
    const gaps: string[] = [];
    ada.on("sync_requested", ({ channel }) => gaps.push(channel));
    await clock.advance(100);
    hub.publish(room, "message", 1);
    await clock.advance(100);
    hub.cut("ada");
    await clock.advance(100);
    hub.publish(room, "message", 2);
    await clock.advance(10_000);
    hub.publish(room, "message", 3);
    await clock.advance(100);
    expect({ heard, gaps }).toEqual(
      recovery === "none" ? { heard: [1, 3], gaps: [room] } : { heard: [1, 2, 3], gaps: [] },
    );
  });

  test("dispose leaves no timer, and nobody on the hub", async () => {
    const { clock, hub, client, ear } = createWorld();
    const ada = client("ada", { recovery });
    ear(ada);
    await clock.advance(1_000);
    ada.dispose();
    await clock.advance(10_000);
    expect(hub.clients).toEqual([]);
    expect(hub.members(room)).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("offsets", () => {
  const faults = ["dropNextMessage", "doubleNextMessage", "swapNextMessages"] as const;

  test.each(faults)("%s: every message is heard once, in order", async (fault) => {
    const { clock, hub, client, ear } = createWorld();
    const heard = ear(client("ada"));
    await clock.advance(100);
    hub[fault]();
    for (const n of [1, 2, 3]) hub.publish(room, "message", n);
    await clock.advance(5_000);
    expect(heard).toEqual([1, 2, 3]);
  });

  test.each(["trim", "newEpoch"] as const)("%s: missing messages are said to be missing", async (fault) => {
    const { clock, hub, client, ear } = createWorld();
    const ada = client("ada");
    ear(ada);
    await clock.advance(100);
    hub.publish(room, "message", 1);
    await clock.advance(100);
    hub.cut("ada");
    for (const n of [2, 3]) hub.publish(room, "message", n);
    hub[fault](room);
    await clock.advance(10_000);
    expect(ada.channel(room).$status.value).toMatchObject({ phase: "joined", continuity: "gap" });
    ada.channel(room).acknowledgeGap();
    expect(ada.channel(room).$status.value?.continuity).toBe("live");
  });
});

describe.each(["server", "driver", "core"] as const)("presence with grace by the %s", (presence) => {
  test("a member who is back in time was never away, and one who leaves is gone", async () => {
    const { clock, hub, client, ear, namesFor } = createWorld();
    const [ada, bob] = [client("ada", { presence }), client("bob", { presence })];
    const seen: string[] = [];
    ada.presence(room).onLeave(({ name }) => seen.push(`${name} left`));
    ear(bob);
    await clock.advance(100);
    expect(namesFor(ada)?.sort()).toEqual(["ada", "bob"]);
    ada.presence(room).onJoin(({ name }) => seen.push(`${name} joined`));
    hub.cut("bob");
    await clock.advance(10_000);
    expect(seen).toEqual([]);
    bob.dispose();
    // A provider that does not tell a leave from a loss shows both after the grace.
    await clock.advance(6_000);
    expect(seen).toEqual(["bob left"]);
  });

  test("a member who crashed is gone after the grace", async () => {
    const { clock, hub, client, ear, namesFor } = createWorld();
    const [ada, bob] = [client("ada", { presence }), client("bob", { presence })];
    ear(ada);
    ear(bob);
    await clock.advance(100);
    hub.refuse({ code: "unauthorized" });
    hub.cut("bob");
    await clock.advance(4_000);
    expect(namesFor(ada)?.sort()).toEqual(["ada", "bob"]);
    await clock.advance(4_000);
    expect(namesFor(ada)).toEqual(["ada"]);
  });
});

test("a hole in the revisions of presence is filled", async () => {
  const { clock, hub, client, ear } = createWorld();
  const [ada, bob] = [client("ada"), client("bob")];
  ear(ada);
  ear(bob);
  await clock.advance(100);
  hub.dropNextPresence();
  bob.setPresenceState(room, { status: "away" });
  bob.setPresenceState(room, { customState: { mood: "calm" } });
  await clock.advance(1_000);
  const member = ada
    .presence(room)
    .getMembers()
    .find(({ name }) => name === "bob");
  expect(member).toMatchObject({ status: "away", customState: { mood: "calm" } });
});

test("revoked access ends a channel, with the reason", async () => {
  const { clock, hub, client, ear } = createWorld();
  const ada = client("ada");
  ear(ada);
  await clock.advance(100);
  hub.revoke(room, "ada");
  await clock.advance(100);
  expect(ada.channel(room).$status.value).toMatchObject({ error: { code: "forbidden" } });
});

describe("a provider that reconnects by itself", () => {
  test("is joined anew after a loss, and nothing is missing", async () => {
    const { clock, hub, client, ear } = createWorld();
    const ada = client("ada", { reconnect: "driver" });
    const heard = ear(ada);
    await clock.advance(100);
    hub.cut("ada");
    hub.publish(room, "message", 1);
    await clock.advance(100);
    expect(ada.getConnectionState()).toBe("reconnecting");
    await clock.advance(2_000);
    expect(ada.getConnectionState()).toBe("connected");
    expect(heard).toEqual([1]);
  });

  test("that is refused for good on its way back ends the connection", async () => {
    const { clock, hub, client, ear } = createWorld();
    const ada = client("ada", { reconnect: "driver" });
    ear(ada);
    await clock.advance(100);
    hub.refuse({ code: "unauthorized" });
    hub.cut("ada");
    await clock.advance(5_000);
    expect(ada.$connection.value).toMatchObject({ status: "disconnected", error: { code: "unauthorized" } });
  });

  test("that was silent for a while, and did not notice, is used again", async () => {
    const { clock, hub, client, ear } = createWorld();
    const ada = client("ada", { reconnect: "driver" });
    ear(ada);
    await clock.advance(100);
    hub.stall("ada");
    await clock.advance(30_000);
    expect(ada.getConnectionState()).toBe("reconnecting");
    hub.resume("ada");
    await clock.advance(30_000);
    expect(ada.getConnectionState()).toBe("connected");
  });
});
