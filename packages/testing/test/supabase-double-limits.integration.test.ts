import { describe, expect, test } from "vitest";
import { manualClock, until } from "../src/index.js";
import { joined, listen, supabaseWorld, versions } from "./supabase-world.js";

const world = supabaseWorld();
const hi = { type: "broadcast", event: "hi", payload: {} } as const;

describe.each(versions)("with supabase-js %s", (version) => {
  test("presence: the sixth call within 30 s ends the channel", async () => {
    const clock = manualClock();
    await world.start({ clock });
    const ada = await joined(listen(world.client(version), "room", { presence: { key: "ada" } }));
    for (let n = 1; n <= 5; n++) expect(await ada.channel.track({ n })).toBe("ok");
    await clock.advance(30_001);
    for (let n = 1; n <= 5; n++) expect(await ada.channel.track({ n })).toBe("ok");
    void ada.channel.track({ n: 6 });
    await until(() => ada.statuses.includes("CLOSED"));
    expect(ada.system).toMatchObject([{ status: "error", message: "Client presence rate limit exceeded" }]);
    expect(world.double.members("room")).toEqual([]);
  });

  test("presence: tracking the same again is ok, changes nothing, and counts", async () => {
    await world.start({ limits: { presenceCalls: 2 } });
    const ada = await joined(listen(world.client(version), "room", { presence: { key: "ada" } }));
    await ada.channel.track({ a: 1, b: 2 });
    await until(() => world.double.sent.at(-1)?.event === "presence_diff");
    expect(await ada.channel.track({ b: 2, a: 1 })).toBe("ok");
    expect(world.double.sent.at(-1)?.event).toBe("phx_reply");
    void ada.channel.track({ c: 3 });
    await until(() => ada.statuses.includes("CLOSED"));
  });

  test("too many messages a second end the receiver's channel, when the bucket is over", async () => {
    const clock = manualClock();
    await world.start({ clock, limits: { messagesPerSecond: 2 } });
    const ada = await joined(listen(world.client(version), "room"));
    const bob = await joined(listen(world.client(version), "room"));
    for (let n = 0; n < 20; n++) await ada.channel.send(hi);
    await until(() => bob.broadcasts.length === 20);
    await clock.advance(5_000);
    await ada.channel.send(hi);
    await until(() => bob.statuses.includes("CLOSED"));
    expect(bob.system).toMatchObject([{ status: "error", message: "Too many messages per second" }]);
    expect(bob.broadcasts).toHaveLength(21);
  });

  test("too many joins a second: an error, and the socket is closed", async () => {
    const clock = manualClock();
    await world.start({ clock, limits: { joinsPerSecond: 1 }, delays: { joinErrorMs: 0 } });
    const client = world.client(version);
    for (let n = 0; n < 10; n++) await joined(listen(client, `room${n}`));
    await clock.advance(5_000);
    const refused = listen(client, "one-too-many");
    await until(() => refused.errors.length > 0);
    expect(refused.errors[0]).toBe("ClientJoinRateLimitReached: Too many joins per second");
    await until(() => world.double.connections.length === 0);
  });

  test("too many channels on a socket: the join is refused", async () => {
    await world.start({ limits: { channels: 1 } });
    const client = world.client(version);
    await joined(listen(client, "one"));
    const refused = listen(client, "two");
    await until(() => refused.errors.length > 0);
    expect(refused.errors[0]).toBe("ChannelRateLimitReached: Too many channels");
  });

  test("a payload over the limit is an error with ack, and silently dropped without", async () => {
    await world.start({ limits: { payloadBytes: 100 } });
    const large = { ...hi, payload: { text: "x".repeat(200) } };
    const ada = await joined(listen(world.client(version), "room", { broadcast: { ack: true } }));
    const bob = await joined(listen(world.client(version), "room"));
    expect(await ada.channel.send(large)).toBe("error");
    expect(await bob.channel.send(large)).toBe("ok");
    await bob.channel.send(hi);
    await until(() => ada.broadcasts.length === 1);
    expect(ada.broadcasts[0]?.payload).toEqual({});
    expect(bob.broadcasts).toEqual([]);
  });

  test("a frame over the limit ends the socket", async () => {
    await world.start({ limits: { frameBytes: 1_000 } });
    const ada = await joined(listen(world.client(version), "room"));
    await ada.channel.send({ ...hi, payload: { text: "x".repeat(2_000) } });
    await until(() => ada.statuses.includes("CHANNEL_ERROR"));
  });

  test("a socket that says nothing for 60 s is ended", async () => {
    const clock = manualClock();
    await world.start({ clock });
    const ada = await joined(listen(world.client(version), "room"));
    await clock.advance(59_999);
    expect(ada.statuses).toEqual(["SUBSCRIBED"]);
    await clock.advance(1);
    await until(() => ada.statuses.includes("CHANNEL_ERROR"));
  });

  test("a socket whose last channel is gone is ended after ten minutes", async () => {
    const clock = manualClock();
    await world.start({ clock, delays: { idleMs: 10_000_000 } });
    const ada = await joined(listen(world.client(version), "room"));
    await ada.channel.unsubscribe();
    await until(() => world.double.connections[0]?.topics.length === 0);
    await clock.advance(599_999);
    expect(world.double.connections).toHaveLength(1);
    await clock.advance(1);
    await until(() => world.double.connections.length === 0);
  });

  test("a refused join makes its whole socket wait: five seconds", async () => {
    const clock = manualClock();
    await world.start({ clock, delays: { joinErrorMs: 5_000 } });
    const client = world.client(version);
    const room = await joined(listen(client, "room"));
    const refused = listen(client, "secret", { private: true });
    await until(() => world.double.received.at(-1)?.topic === "secret");
    world.double.broadcast("room", "hi", {}, { private: false });
    const other = listen(client, "other");
    await clock.advance(4_999);
    expect([room.broadcasts, refused.errors, other.statuses]).toEqual([[], [], []]);
    await clock.advance(1);
    await until(() => room.broadcasts.length === 1 && refused.errors.length === 1);
    await joined(other);
  });
});
