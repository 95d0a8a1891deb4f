import { defineChannels } from "@attune/protocol";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import { createRealtimeServer, type PublishedMessage } from "../src/index.js";

const channels = defineChannels({
  "presence:room:{id}": { events: { message: z.object({ text: z.string() }) } },
  "public:news": { events: { headline: z.string() } },
});

test("publish() takes what the channels define, and nothing else", () => {
  const server = createRealtimeServer({ channels });
  expectTypeOf(server.publish("presence:room:42", "message", { text: "x" })).toEqualTypeOf<Promise<PublishedMessage>>();
  void server.publish("public:news", "headline", "x");
  // @ts-expect-error no such channel
  void server.publish("public:other", "headline", "x");
  // @ts-expect-error no such event on this channel
  void server.publish("public:news", "message", { text: "x" });
  // @ts-expect-error not what the schema describes
  void server.publish("presence:room:42", "message", { text: 7 });
});

test("publish() takes anything where nothing is defined", () => {
  void createRealtimeServer().publish("public:anything", "whatever", { at: "all" });
});
