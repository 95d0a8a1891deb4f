import type { Ack, MemberConnection, PresenceMember, RealtimeMessage } from "@attune/core";
import { useChannel, useCursors, useEvent, useMessages, usePresence, useRealtime, type Value } from "@attune/svelte";
import { describe, expectTypeOf, it } from "vitest";

/** What is used of a schema of Zod, Valibot or ArkType. */
interface SchemaOf<T> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: T; readonly output: T };
    validate(value: unknown): { readonly value: T };
  };
}

/** `typeof` what defineChannels() gives. */
type Channels = {
  readonly "presence:room:{id}": {
    readonly events: { readonly message: SchemaOf<{ text: string }>; readonly cleared: SchemaOf<null> };
    readonly signals: { readonly cursor: SchemaOf<{ x: number; y: number }> };
    readonly presence: SchemaOf<{ mood: "calm" | "busy" }>;
  };
  readonly "public:news": { readonly events: { readonly headline: SchemaOf<string> } };
};

// Only here: a program has one Register, and tsconfig.unit.json leaves this file out.
declare module "@attune/core" {
  interface Register {
    channels: Channels;
  }
}

type State = { mood: "calm" | "busy" } & Record<string, unknown>;

describe("with the app's channels registered", () => {
  it("takes their names only, as a value or a getter", () => {
    const id = { current: 1 };
    useChannel("public:news");
    usePresence(`presence:room:${id.current}`);
    usePresence(() => `presence:room:${id.current}`);
    usePresence((): `presence:room:${number}` => "presence:room:1");
    // @ts-expect-error no such channel
    useChannel("public:weather");
    // @ts-expect-error any string is not a channel
    usePresence((): string => "presence:room:1");
    // @ts-expect-error no such channel
    useRealtime().channel("private:room:1");
  });

  it("types events and what they carry", () => {
    const { publish } = useChannel("presence:room:1");
    expectTypeOf(publish("message", { text: "Hello" })).toEqualTypeOf<Promise<Ack>>();
    // @ts-expect-error not what a message carries
    void publish("message", { txt: "Hello" });
    // @ts-expect-error not an event of this channel
    void publish("headline", "Hello");
    useEvent("presence:room:1", "message", ({ data }) => expectTypeOf(data).toEqualTypeOf<{ text: string }>());
    useEvent(
      "presence:room:1",
      () => "cleared",
      ({ data }) => expectTypeOf(data).toEqualTypeOf<null>(),
    );
    useEvent("presence:room:1", "member_left", (member) => expectTypeOf(member).toEqualTypeOf<PresenceMember<State>>());
    useEvent("public:news", "sync_requested", ({ channel }) => expectTypeOf(channel).toEqualTypeOf<string>());
    // @ts-expect-error not an event of this channel
    useEvent("public:news", "message", () => {});
  });

  it("types messages, and the pending ones only where they are asked for", () => {
    const { messages, publish } = useMessages("presence:room:1", "message");
    expectTypeOf(messages.current).items.toHaveProperty("type").toEqualTypeOf<"message" | "gap">();
    expectTypeOf(messages.current).items.toHaveProperty("data").toEqualTypeOf<{ text: string } | undefined>();
    expectTypeOf<RealtimeMessage<{ text: string }>>().toExtend<(typeof messages)["current"][number]>();
    expectTypeOf(publish).parameters.toEqualTypeOf<[data: { text: string }]>();
    const pending = useMessages("public:news", "headline", { pending: true }).messages;
    expectTypeOf(pending.current).items.toHaveProperty("type").toEqualTypeOf<"message" | "gap" | "pending">();
    // @ts-expect-error not an event of this channel
    useMessages("public:news", "message");
  });

  it("types what members show of themselves", () => {
    const { members, myState, setMyState } = usePresence("presence:room:1");
    expectTypeOf(members).toEqualTypeOf<Value<readonly PresenceMember<State>[]>>();
    expectTypeOf(members.current)
      .items.toHaveProperty("connections")
      .toEqualTypeOf<readonly MemberConnection<State>[]>();
    expectTypeOf(myState.current.customState).toEqualTypeOf<State | undefined>();
    setMyState({ status: "away", customState: { mood: null } });
    // @ts-expect-error no such mood
    setMyState({ customState: { mood: "wild" } });
    // @ts-expect-error no such status
    setMyState({ status: "gone" });
  });

  it("gives values that cannot be written to", () => {
    const { cursors } = useCursors("presence:room:1");
    // @ts-expect-error read-only
    cursors.current = [];
  });
});
