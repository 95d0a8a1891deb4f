/** Code that must compile, and code that must not. */
import {
  type Ack,
  type Cursor,
  createRealtime,
  cursors,
  defineChannels,
  type MessageItem,
  type PresenceMember,
  type RealtimeMessage,
  type Sender,
  timeline,
  type TimelineItem,
} from "@attune/core";
import type { Driver } from "@attune/core/driver";
import { describe, expectTypeOf, test } from "vitest";
import * as z from "zod";

declare const driver: Driver;

const channels = defineChannels({
  "presence:room:{id}": {
    events: { said: z.object({ text: z.string() }), rated: z.number() },
    signals: { cursor: z.object({ x: z.number(), y: z.number() }) },
    presence: z.object({ mood: z.enum(["fine", "tired"]).optional() }),
  },
  "public:news": { events: { headline: z.string() } },
});

const realtime = createRealtime({ driver, channels });

describe("with declared channels", () => {
  test("names are those that the patterns stand for", () => {
    realtime.channel("presence:room:1");
    realtime.channel("public:news");
    realtime.channel(`presence:room:${42}`);
    // @ts-expect-error
    realtime.channel("presence:hall:1");
    // @ts-expect-error
    realtime.channel("public:weather");
    // @ts-expect-error
    realtime.subscribe("private:room:1", "said", () => {});
    // @ts-expect-error
    realtime.startTyping("room");
  });

  test("messages are typed in every callback", () => {
    realtime.subscribe("presence:room:1", "said", (message) => {
      expectTypeOf(message).toEqualTypeOf<RealtimeMessage<{ text: string }>>();
      expectTypeOf(message.data.text).toBeString();
      expectTypeOf(message.sender).toEqualTypeOf<Sender | undefined>();
      // @ts-expect-error
      void message.data.title;
    });
    realtime.subscribeToChannel("presence:room:1", {
      said: ({ data }) => expectTypeOf(data).toEqualTypeOf<{ text: string }>(),
      rated: ({ data }) => expectTypeOf(data).toBeNumber(),
    });
    const channel = realtime.channel("presence:room:1");
    channel.on("rated", ({ data }) => expectTypeOf(data).toBeNumber());
    channel.on("member_joined", (member) =>
      expectTypeOf(member.customState?.mood).toEqualTypeOf<"fine" | "tired" | undefined>(),
    );
    channel.on("sync_requested", (notice) => expectTypeOf(notice).toEqualTypeOf<{ readonly channel: string }>());
    expectTypeOf(channel.messages("said").get()).toEqualTypeOf<readonly MessageItem<{ text: string }>[]>();
  });

  test("a wrong event does not compile", () => {
    // @ts-expect-error
    realtime.subscribe("presence:room:1", "shouted", () => {});
    // @ts-expect-error
    realtime.subscribe("public:news", "said", () => {});
    // @ts-expect-error
    realtime.subscribeToChannel("public:news", { said: () => {} });
    // @ts-expect-error
    realtime.unsubscribe("public:news", "said");
    // @ts-expect-error
    realtime.channel("public:news").on("said", () => {});
    // @ts-expect-error
    realtime.channel("public:news").messages("said");
    // @ts-expect-error
    void realtime.publish("presence:room:1", "shouted", { text: "hi" });
  });

  test("a wrong payload does not compile", () => {
    expectTypeOf(realtime.publish("presence:room:1", "said", { text: "hi" })).toEqualTypeOf<Promise<Ack>>();
    // @ts-expect-error
    void realtime.publish("presence:room:1", "said", { text: 1 });
    // @ts-expect-error
    void realtime.publish("presence:room:1", "said", {});
    // @ts-expect-error
    void realtime.publish("presence:room:1", "said", { text: "hi", more: true });
    // @ts-expect-error
    void realtime.channel("public:news").publish("headline", 1);
    // @ts-expect-error
    void realtime.publish("public:news", "headline");
  });

  test("a wrong signal does not compile", () => {
    realtime.signal("presence:room:1", "cursor", { x: 1, y: 2 });
    // @ts-expect-error
    realtime.signal("presence:room:1", "cursor", { x: "1", y: 2 });
    // @ts-expect-error
    realtime.signal("presence:room:1", "pointer", { x: 1, y: 2 });
    // @ts-expect-error
    realtime.signal("public:news", "cursor", { x: 1, y: 2 });
    // @ts-expect-error
    realtime.channel("presence:room:1").signals("pointer");
    const [first] = realtime.channel("presence:room:1").signals("cursor").get();
    expectTypeOf(first?.value.x).toEqualTypeOf<number | undefined>();
  });

  test("a wrong custom state does not compile", () => {
    realtime.setPresenceState("presence:room:1", { status: "away", customState: { mood: "fine" } });
    realtime.setPresenceState("presence:room:1", { customState: { mood: null } });
    // @ts-expect-error
    realtime.setPresenceState("presence:room:1", { customState: { mood: "grumpy" } });
    // @ts-expect-error
    realtime.setPresenceState("presence:room:1", { status: "gone" });
    expectTypeOf(realtime.channel("presence:room:1").$me.get().customState?.mood).toEqualTypeOf<
      "fine" | "tired" | undefined
    >();
  });

  test("members carry their custom state", () => {
    const presence = realtime.presence("presence:room:1");
    expectTypeOf(presence.getMembers()[0]?.customState?.mood).toEqualTypeOf<"fine" | "tired" | undefined>();
    presence.onJoin((member) => expectTypeOf(member.joinedAt).toEqualTypeOf<Date>());
    presence.onUpdate((member) => expectTypeOf(member.status).toEqualTypeOf<"online" | "away" | "busy">());
    expectTypeOf(
      realtime.channel("presence:room:1").$members.get()[0]?.connections[0]?.customState?.mood,
    ).toEqualTypeOf<"fine" | "tired" | undefined>();
  });

  test("a timeline and cursors are typed from them too", () => {
    expectTypeOf(timeline(realtime, "presence:room:1", "said").get()).toEqualTypeOf<
      readonly TimelineItem<{ text: string }>[]
    >();
    // @ts-expect-error
    timeline(realtime, "presence:room:1", "shouted");
    expectTypeOf(cursors(realtime.channel("presence:room:1")).$cursors.get()).toEqualTypeOf<readonly Cursor[]>();
  });

  test("exposed atoms cannot be written", () => {
    // @ts-expect-error
    realtime.$connection.set({ status: "disconnected" });
    // @ts-expect-error
    realtime.$queue.set([]);
    // @ts-expect-error
    realtime.channel("public:news").$status.set({ phase: "idle", continuity: "live" });
  });
});

describe("without declared channels", () => {
  const untyped = createRealtime({ driver });

  test("any channel, event, payload and signal will do", () => {
    untyped.channel("presence:room:1");
    untyped.subscribe("public:anything", "any event", ({ data }) => expectTypeOf(data).toBeUnknown());
    expectTypeOf(untyped.publish("public:anything", "any event", { any: "data" })).toEqualTypeOf<Promise<Ack>>();
    untyped.signal("public:anything", "any signal", [1, 2]);
    untyped.setPresenceState("presence:room:1", { customState: { anything: 1 } });
    expectTypeOf(untyped.channel("presence:room:1").$members.get()).toEqualTypeOf<readonly PresenceMember[]>();
  });
});

describe("the union of connection states", () => {
  test("tells its parts by the status", () => {
    const state = realtime.$connection.get();
    if (state.status === "reconnecting") expectTypeOf(state.step).toEqualTypeOf<"offline" | "backoff" | "attempt">();
    if (state.status === "connected") expectTypeOf(state.isDegraded).toBeBoolean();
    // @ts-expect-error
    void state.isDegraded;
    expectTypeOf(realtime.getConnectionState()).toEqualTypeOf<
      "connected" | "connecting" | "disconnected" | "reconnecting"
    >();
  });

  test("notices carry what they say", () => {
    realtime.on("permanently_disconnected", ({ error }) => expectTypeOf(error.code).not.toBeAny());
    realtime.on("connection_degraded", ({ latencyMs }) => expectTypeOf(latencyMs).toBeNumber());
    // @ts-expect-error
    realtime.on("permanently_connected", () => {});
  });
});
