import { isRealtimeError, type RealtimeError } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";

async function connected() {
  const world = createWorld();
  const ada = world.client("ada");
  await ada.realtime.connect();
  return { ...world, ...ada };
}

describe("subscribe()", () => {
  test("joins, hears its event only, and ends with what it returned", async () => {
    const { realtime, hub, clock } = await connected();
    const heard: unknown[] = [];
    const unsubscribe = realtime.subscribe(NEWS, "headline", ({ data }) => heard.push(data));
    await clock.advance(0);
    hub.publish(NEWS, "headline", 1);
    hub.publish(NEWS, "weather", 2);
    await clock.advance(0);
    unsubscribe();
    unsubscribe();
    hub.publish(NEWS, "headline", 3);
    await clock.advance(250);
    expect([heard, hub.subscribers(NEWS)]).toEqual([[1], []]);
  });

  test("with the same function twice is two listeners", async () => {
    const { realtime, hub, settle } = await connected();
    let heard = 0;
    const listener = () => (heard += 1);
    const unsubscribe = realtime.subscribe(NEWS, "headline", listener);
    realtime.subscribe(NEWS, "headline", listener);
    await settle();
    hub.publish(NEWS, "headline", 1);
    await settle();
    unsubscribe();
    hub.publish(NEWS, "headline", 2);
    await settle();
    expect(heard).toBe(3);
  });

  test("hears events whose names look like those of notices", async () => {
    const { realtime, hub, settle } = await connected();
    const heard: unknown[] = [];
    for (const event of ["member_promoted", "constructor", "__proto__", "event:said"])
      realtime.subscribe(NEWS, event, () => heard.push(event));
    await settle();
    for (const event of ["member_promoted", "constructor", "__proto__", "event:said"]) hub.publish(NEWS, event, 1);
    await settle();
    expect(heard).toEqual(["member_promoted", "constructor", "__proto__", "event:said"]);
  });
});

describe("unsubscribe()", () => {
  test("ends the service's listeners of one event, or of a whole channel", async () => {
    const { realtime, hub, clock } = await connected();
    const heard: string[] = [];
    realtime.subscribe(NEWS, "headline", () => heard.push("headline"));
    realtime.subscribe(NEWS, "weather", () => heard.push("weather"));
    realtime.subscribe(ROOM, "said", () => heard.push("said"));
    await clock.advance(0);
    const tell = async () => {
      heard.length = 0;
      hub.publish(NEWS, "headline", 1);
      hub.publish(NEWS, "weather", 1);
      hub.publish(ROOM, "said", 1);
      await clock.advance(250);
      return heard;
    };
    realtime.unsubscribe(NEWS, "headline");
    expect(await tell()).toEqual(["weather", "said"]);
    realtime.unsubscribe(NEWS);
    expect(await tell()).toEqual(["said"]);
    expect(hub.subscribers(NEWS)).toEqual([]);
  });

  test("leaves the listeners of other components, and of presence, alone", async () => {
    const { realtime, client, hub, clock } = await connected();
    const heard: string[] = [];
    realtime.subscribe(ROOM, "said", () => heard.push("service"));
    realtime.channel(ROOM).on("said", () => heard.push("component"));
    realtime.presence(ROOM).onJoin(({ userId }) => heard.push(`+${userId}`));
    realtime.channel(ROOM).join();
    await clock.advance(0);
    heard.length = 0;
    realtime.unsubscribe(ROOM);
    client("bob").realtime.channel(ROOM).join();
    hub.publish(ROOM, "said", 1);
    await clock.advance(250);
    expect(heard.sort()).toEqual(["+bob", "component"]);
  });
});

describe("subscribeToChannel()", () => {
  test("takes listeners for several events, and ends them together", async () => {
    const { realtime, hub, clock, asked } = await connected();
    const heard: unknown[] = [];
    const unsubscribe = realtime.subscribeToChannel(NEWS, {
      headline: ({ data }) => heard.push(["headline", data]),
      weather: ({ data }) => heard.push(["weather", data]),
    });
    await clock.advance(0);
    hub.publish(NEWS, "headline", 1);
    hub.publish(NEWS, "weather", 2);
    await clock.advance(0);
    expect(heard).toEqual([
      ["headline", 1],
      ["weather", 2],
    ]);
    expect(asked("attach")).toHaveLength(1);
    unsubscribe();
    hub.publish(NEWS, "headline", 3);
    await clock.advance(250);
    expect([heard.length, hub.subscribers(NEWS)]).toEqual([2, []]);
  });
});

describe("a listener", () => {
  test("that was ended by another one is not called any more", async () => {
    const { realtime, hub, settle } = await connected();
    const heard: string[] = [];
    const channel = realtime.channel(NEWS);
    channel.on("headline", () => {
      heard.push("first");
      endSecond();
    });
    const endSecond = channel.on("headline", () => heard.push("second"));
    channel.join();
    await settle();
    hub.publish(NEWS, "headline", 1);
    await settle();
    expect(heard).toEqual(["first"]);
  });

  test("that throws disturbs nobody, and its error is told as a notice", async () => {
    const { realtime, env, hub, settle } = await connected();
    const thrown = new Error("mine");
    const heard: unknown[] = [];
    const errors: RealtimeError[] = [];
    realtime.on("error", (error) => errors.push(error));
    realtime.subscribe(NEWS, "headline", () => {
      throw thrown;
    });
    realtime.subscribe(NEWS, "headline", ({ data }) => heard.push(data));
    await settle();
    hub.publish(NEWS, "headline", 1);
    hub.publish(NEWS, "headline", 2);
    await settle();
    expect(heard).toEqual([1, 2]);
    expect(errors.map(({ code, cause }) => [code, cause])).toEqual([
      ["internal-error", thrown],
      ["internal-error", thrown],
    ]);
    expect(env.reports).toEqual([]);
    expect(realtime.channel(NEWS).$status.get()).toMatchObject({ phase: "joined", continuity: "live" });
  });

  test("that throws is reported where nobody listens to errors", async () => {
    const { realtime, env, hub, settle } = await connected();
    const thrown = new Error("mine");
    realtime.subscribe(NEWS, "headline", () => {
      throw thrown;
    });
    await settle();
    hub.publish(NEWS, "headline", 1);
    await settle();
    expect(env.reports).toEqual([thrown]);
  });

  test("of an atom that throws stops nothing else", async () => {
    const { client, hub, settle, clock } = createWorld();
    const { realtime, env } = client("ada");
    const fails = () => {
      throw new Error("mine");
    };
    const channel = realtime.channel(ROOM);
    for (const $atom of [
      realtime.$connection,
      realtime.$queue,
      channel.$status,
      channel.$members,
      channel.messages("said"),
    ])
      $atom.listen(fails);
    const heard: unknown[] = [];
    channel.on("said", ({ data }) => heard.push(data));
    channel.join();
    void realtime.publish(ROOM, "said", 1);
    await settle();
    hub.cut();
    await clock.advance(1_000);
    void realtime.publish(ROOM, "said", 2);
    await settle();
    expect(heard).toEqual([1, 2]);
    expect(realtime.getConnectionState()).toBe("connected");
    expect(env.reports.length).toBeGreaterThan(0);
  });

  test("of errors that throws itself does not go round in circles", async () => {
    const { realtime, env, hub, settle } = await connected();
    realtime.on("error", () => {
      throw new Error("from the error listener");
    });
    realtime.subscribe(NEWS, "headline", () => {
      throw new Error("mine");
    });
    await settle();
    hub.publish(NEWS, "headline", 1);
    await settle();
    expect(realtime.getConnectionState()).toBe("connected");
    expect(env.reports.length).toBeGreaterThan(0);
  });

  test("may end the service in the middle of it", async () => {
    const { realtime, hub, clock } = await connected();
    realtime.subscribe(NEWS, "headline", () => realtime.dispose());
    await clock.advance(0);
    hub.publish(NEWS, "headline", 1);
    hub.publish(NEWS, "headline", 2);
    await clock.advance(250);
    expect([realtime.getConnectionState(), hub.clients, clock.pendingTimers]).toEqual(["disconnected", [], 0]);
  });
});

describe("a notice", () => {
  test("ends with what on() returned", async () => {
    const { client, hub, settle } = createWorld();
    const { realtime } = client("ada");
    let heard = 0;
    const off = realtime.on("permanently_disconnected", () => (heard += 1));
    hub.refuse({ code: "unauthorized" });
    void realtime.connect();
    await settle();
    off();
    void realtime.connect();
    await settle();
    expect(heard).toBe(1);
  });

  test("of a channel is its own, and the service hears of every gap", async () => {
    const { realtime, hub, clock } = await connected();
    const heard: unknown[] = [];
    realtime.on("sync_requested", (notice) => heard.push(["service", notice]));
    realtime.channel(NEWS).on("sync_requested", (notice) => heard.push(["channel", notice]));
    realtime.channel(ROOM).on("sync_requested", (notice) => heard.push(["other", notice]));
    realtime.channel(NEWS).join();
    await clock.advance(0);
    hub.publish(NEWS, "headline", 1);
    await clock.advance(0);
    hub.cut();
    hub.newEpoch(NEWS);
    await clock.advance(1_000);
    expect(heard).toEqual([
      ["channel", { channel: NEWS }],
      ["service", { channel: NEWS }],
    ]);
    expect(isRealtimeError(heard)).toBe(false);
  });
});
