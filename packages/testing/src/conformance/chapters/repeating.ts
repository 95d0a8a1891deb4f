/** Chapter: a message is sent again only to a provider that recognises it, and what was written offline goes out once. */
import type { Capabilities } from "@attune/core/driver";
import { expect } from "vitest";
import { PRIVATE_CHANNEL as channel } from "../channels.js";
import type { Fact } from "../conformance-case.js";
import type { Stage } from "../stage.js";
import type { Participant } from "../participant.js";

const chapter = "repeats and the offline queue";

/** The facts of this chapter. */
export function repeatingFacts({ publish, dedupe }: Capabilities): readonly Fact[] {
  if (publish === "none") return [];
  return [repeat(dedupe), lostAnswer(dedupe), offlineQueue];
}

async function enterBoth(stage: Stage): Promise<[Participant, Participant]> {
  const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
  for (const { realtime } of [ada, bob]) realtime.channel(channel).join();
  await stage.live(channel, ada, bob);
  return [ada, bob];
}

function repeat(dedupe: boolean): Fact {
  return {
    chapter,
    name: dedupe
      ? "a repeat is harmless: it is answered as the first time, and heard once"
      : "a repeat is another message",
    feature: "repeats are harmless",
    result: dedupe ? "yes" : "no: never sent twice",
    async play(stage) {
      const [ada, bob] = await enterBoth(stage);
      const heard = bob.hear(channel);
      const message = { channel, event: "message", data: "again", producer: "conformance", sequence: 1, previous: 0 };
      const first = await stage.settled("a publish settles", ada.tap.connection.publish(message));
      const second = await stage.settled("its repeat settles", ada.tap.connection.publish(message));
      expect([first.error, second.error]).toEqual([undefined, undefined]);
      if (dedupe) expect(second.value).toEqual(first.value);
      // What comes after them shows that nothing else is under way.
      await stage.settled("the last publish settles", ada.realtime.publish(channel, "message", "last"));
      await stage.until("bob hears the last", () => heard.includes("last"));
      expect(heard).toEqual(dedupe ? ["again", "last"] : ["again", "again", "last"]);
    },
  };
}

function lostAnswer(dedupe: boolean): Fact {
  return {
    chapter,
    name: dedupe
      ? "a publish whose answer is lost is sent again, and arrives once"
      : "a publish whose answer is lost ends as outcome-unknown, and arrives once",
    feature: "an answer is lost",
    result: dedupe ? "sent again" : "outcome-unknown",
    async play(stage) {
      const [ada, bob] = await enterBoth(stage);
      const heard = bob.hear(channel);
      ada.tap.loseNextAnswer();
      const outcome = ada.realtime.publish(channel, "message", "once");
      await stage.becomes("bob hears it", () => heard, ["once"]);
      await stage.cut(ada);
      const { error } = await stage.settled("the publish settles", outcome);
      expect((error as { code?: string } | undefined)?.code).toBe(dedupe ? undefined : "outcome-unknown");
      await stage.settled("the last publish settles", ada.realtime.publish(channel, "message", "last"));
      await stage.becomes("bob hears each once", () => heard, ["once", "last"]);
    },
  };
}

const offlineQueue: Fact = {
  chapter,
  name: "what is written offline goes out once and in order when the connection is back",
  feature: "offline queue",
  result: "yes",
  async play(stage) {
    const [ada, bob] = await enterBoth(stage);
    const heard = bob.hear(channel);
    await stage.keepAway(ada);
    const written = [1, 2, 3, 4, 5];
    const acks = Promise.all(written.map((n) => ada.realtime.publish(channel, "message", n)));
    // Looked at only when ada is back: until then its failure is nobody's.
    acks.catch(() => {});
    expect(ada.realtime.$queue.get().map(({ state }) => state)).toEqual(written.map(() => "queued"));
    await stage.letBack(ada);
    expect((await stage.settled("every publish settles", acks)).error).toBeUndefined();
    await stage.settled("the last publish settles", ada.realtime.publish(channel, "message", "last"));
    await stage.becomes("bob hears each once", () => heard, [...written, "last"]);
    expect(ada.realtime.$queue.get()).toEqual([]);
  },
};
