/** Chapter: what goes wrong on the way costs nothing, or is said. */
import type { Capabilities } from "@attune/core/driver";
import { expect } from "vitest";
import { PRIVATE_CHANNEL as channel } from "../channels.js";
import type { Fact } from "../conformance-case.js";
import type { Participant } from "../participant.js";
import { createSpeaker, type Say } from "../speaker.js";
import type { Stage } from "../stage.js";

const chapter = "faults";

/** A heartbeat may be needed to notice, an official client's among them. */
const NOTICED_MS = 40_000;

/** The facts of this chapter. */
export function faultFacts({ publish, dedupe, recovery }: Capabilities): readonly Fact[] {
  return [
    ...(publish === "none" ? [] : [intoADeadLine(dedupe), ownWithoutAnswer(dedupe)]),
    outOfADeadLine(recovery),
    doubled,
    ...(recovery === "offset" ? [swapped] : []),
    ...(recovery === "none" ? [] : [forgotten]),
    expired,
    cutAgainAndAgain(recovery),
  ];
}

interface Scene {
  readonly ada: Participant;
  readonly heard: unknown[];
  readonly say: Say;
}

/** Ada listens, and somebody speaks. */
async function listening(stage: Stage): Promise<Scene> {
  const ada = await stage.enter("ada");
  const heard = ada.hear(channel);
  const say = await createSpeaker(stage, channel);
  await stage.live(channel, ada);
  return { ada, heard, say };
}

function notices(stage: Stage, { realtime }: Participant): Promise<void> {
  return stage.until("ada notices", () => realtime.getConnectionState() !== "connected", NOTICED_MS);
}

function intoADeadLine(dedupe: boolean): Fact {
  return {
    chapter,
    name: dedupe
      ? "a message that is published into a dead line arrives once, when that was noticed"
      : "a message that is published into a dead line arrives at most once, and its publisher is told",
    feature: "published into a dead line",
    result: dedupe ? "arrives once" : "outcome-unknown",
    async play(stage) {
      const [halfOpen, heal] = [stage.fault("halfOpen"), stage.fault("heal")];
      const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
      const heard = bob.hear(channel);
      ada.realtime.channel(channel).join();
      await stage.live(channel, ada, bob);
      await halfOpen(ada.client);
      const outcome = ada.realtime.publish(channel, "message", "once");
      outcome.catch(() => {});
      await notices(stage, ada);
      await heal(ada.client);
      const { error } = await stage.settled("the publish settles", outcome);
      expect((error as { code?: string } | undefined)?.code).toBe(dedupe ? undefined : "outcome-unknown");
      await stage.settled("the last publish settles", ada.realtime.publish(channel, "message", "last"));
      await stage.until("bob hears the last", () => heard.includes("last"));
      if (dedupe) expect(heard).toEqual(["once", "last"]);
      else expect(heard.filter((each) => each === "once").length).toBeLessThanOrEqual(1);
    },
  };
}

function outOfADeadLine(recovery: Capabilities["recovery"]): Fact {
  return {
    chapter,
    name: "what is said while a line is dead comes when that was noticed, or is said to be missing",
    feature: "said into a dead line",
    result: recovery === "none" ? "said to be missing" : "comes after it",
    async play(stage) {
      const [halfOpen, heal] = [stage.fault("halfOpen"), stage.fault("heal")];
      const { ada, heard, say } = await listening(stage);
      await say(1);
      await stage.becomes("ada hears the first", () => heard, [1]);
      await halfOpen(ada.client);
      for (const n of [2, 3]) await say(n);
      await notices(stage, ada);
      await heal(ada.client);
      await stage.joinedAgain(ada);
      await say(4);
      await stage.becomes("ada hears what comes", () => heard, recovery === "none" ? [1, 4] : [1, 2, 3, 4]);
      expect(ada.gaps).toEqual(recovery === "none" ? [channel] : []);
    },
  };
}

function ownWithoutAnswer(dedupe: boolean): Fact {
  return {
    chapter,
    name: dedupe
      ? "an own message whose answer is lost is shown once, at its place"
      : "an own message whose answer is lost is shown at most once",
    feature: "own message, answer lost",
    result: dedupe ? "shown once" : "at most once",
    async play(stage) {
      const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
      const [own, others] = [ada.hear(channel), bob.hear(channel)];
      await stage.live(channel, ada, bob);
      ada.tap.loseNextAnswer();
      const outcome = ada.realtime.publish(channel, "message", "once");
      outcome.catch(() => {});
      await stage.becomes("bob hears it", () => others, ["once"]);
      await stage.cut(ada);
      await stage.settled("the publish settles", outcome);
      await stage.settled("the last publish settles", ada.realtime.publish(channel, "message", "last"));
      await stage.until("ada sees the last", () => own.includes("last"));
      if (dedupe) expect(own).toEqual(["once", "last"]);
      else expect(own.filter((each) => each === "once").length).toBeLessThanOrEqual(1);
      await stage.becomes("bob hears each once", () => others, ["once", "last"]);
    },
  };
}

const doubled: Fact = {
  chapter,
  name: "a message that comes twice over the line is heard once",
  feature: "doubled on the line",
  result: "heard once",
  async play(stage) {
    const double = stage.fault("double");
    const { ada, heard, say } = await listening(stage);
    await say(1);
    await double(channel);
    for (const n of [2, 3]) await say(n);
    await stage.until("ada hears the last", () => heard.includes(3));
    expect(heard).toEqual([1, 2, 3]);
    expect(ada.gaps).toEqual([]);
  },
};

const swapped: Fact = {
  chapter,
  name: "messages that come in the wrong order are heard in the right one",
  feature: "swapped on the line",
  result: "heard in order",
  async play(stage) {
    const swap = stage.fault("swap");
    const { ada, heard, say } = await listening(stage);
    await say(1);
    await swap(channel);
    for (const n of [2, 3, 4]) await say(n);
    await stage.becomes("ada hears them in order", () => heard, [1, 2, 3, 4]);
    expect(ada.gaps).toEqual([]);
  },
};

const forgotten: Fact = {
  chapter,
  name: "what the provider does not keep any more is said to be missing",
  feature: "history is lost",
  result: "said to be missing",
  async play(stage) {
    const forget = stage.fault("forget");
    const { ada, heard, say } = await listening(stage);
    await say(1);
    await stage.becomes("ada hears the first", () => heard, [1]);
    await stage.keepAway(ada);
    await say(2);
    await forget(channel);
    await stage.letBack(ada);
    await stage.joinedAgain(ada);
    await stage.becomes("the gap is said", () => ada.gaps, [channel]);
    await say(3);
    await stage.becomes("ada hears what came after it", () => heard, [1, 3]);
  },
};

const expired: Fact = {
  chapter,
  name: "a token that expires leads to a new one, and nothing is lost in silence",
  feature: "a token expires",
  result: "a new one is shown",
  async play(stage) {
    const expire = stage.fault("expireToken");
    const { ada, heard, say } = await listening(stage);
    const seen = (): readonly (string | undefined)[] => stage.ability("tokensSeen")(ada.client);
    await say(1);
    await stage.becomes("ada hears the first", () => heard, [1]);
    const before = seen().at(-1);
    await expire(ada.client);
    await say(2);
    await stage.until("the provider was given another token", () => seen().at(-1) !== before, NOTICED_MS);
    await stage.joinedAgain(ada);
    await say(3);
    await stage.until("ada hears what came after it", () => heard.includes(3));
    expect(ada.gaps.length > 0 ? [1, 3] : [1, 2, 3]).toEqual(heard);
  },
};

function cutAgainAndAgain(recovery: Capabilities["recovery"]): Fact {
  return {
    chapter,
    name: "cuts again and again while a channel is joined lose and double nothing in silence",
    feature: "cut while joining",
    result: recovery === "none" ? "said to be missing" : "nothing is lost",
    async play(stage) {
      const { ada, heard, say } = await listening(stage);
      await say(0);
      await stage.becomes("ada hears the first", () => heard, [0]);
      await stage.keepAway(ada);
      const said = Array.from({ length: 12 }, (_, n) => n + 1);
      for (const n of said) await say(n);
      const opened = (): number => ada.tap.said.filter(({ what }) => what === "opened").length;
      await stage.ability("accept")(ada.client);
      for (let round = 0; round < 5; round++) {
        const before = opened();
        await stage.until("ada is connected again", () => opened() > before);
        // A little later each time, so that another part of the join is struck.
        await stage.pass(round * 4);
        await stage.cut(ada);
      }
      await stage.live(channel, ada).catch(() => {});
      await say("last");
      await stage.until("ada hears the last", () => heard.includes("last"));
      if (recovery === "none") expect(ada.gaps.length).toBeGreaterThan(0);
      else expect([heard, ada.gaps]).toEqual([[0, ...said, "last"], []]);
      expect(new Set(heard).size).toBe(heard.length);
    },
  };
}
