import {
  type ChannelNameOf,
  type CustomStateOf,
  type DefinitionOf,
  defineChannels,
  type EventData,
  type EventOf,
  type SignalOf,
  type SignalValue,
} from "@attune/protocol";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";

const channels = defineChannels({
  "presence:room:{id}": {
    events: { message: z.object({ text: z.string() }), cleared: z.null() },
    signals: { cursor: z.tuple([z.number(), z.number()]) },
    presence: z.object({ colour: z.string() }),
  },
  "public:news": { events: { headline: z.string() } },
});
type Channels = typeof channels;
type Room = DefinitionOf<Channels, "presence:room:42">;

test("names, events, signals and states follow from the definitions", () => {
  expectTypeOf<ChannelNameOf<Channels>>().toEqualTypeOf<`presence:room:${string}` | "public:news">();
  expectTypeOf<EventOf<Room>>().toEqualTypeOf<"message" | "cleared">();
  expectTypeOf<EventData<Room, "message">>().toEqualTypeOf<{ text: string }>();
  expectTypeOf<SignalOf<Room>>().toEqualTypeOf<"cursor">();
  expectTypeOf<SignalValue<Room, "cursor">>().toEqualTypeOf<[number, number]>();
  expectTypeOf<CustomStateOf<Room>["colour"]>().toEqualTypeOf<string>();
  expectTypeOf<EventOf<DefinitionOf<Channels, "public:news">>>().toEqualTypeOf<"headline">();
});
