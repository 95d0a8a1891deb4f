/** Chapter: what was missed during a loss comes after it, or is said to be missing: never silence. */
import type { Capabilities } from "@attune/core/driver";
import { expect } from "vitest";
import { PRESENCE_CHANNEL, PRIVATE_CHANNEL, PUBLIC_CHANNEL } from "../channels.js";
import type { Fact } from "../conformance-case.js";
import { createSpeaker } from "../speaker.js";

const chapter = "recovery";

/** The facts of this chapter. */
export function recoveringFacts({ recovery }: Capabilities): readonly Fact[] {
  const always = [
    positions(recovery),
    noGapAtFirst,
    noGapByOthers,
    ...[PRIVATE_CHANNEL, PUBLIC_CHANNEL].map(neverSilent),
  ];
  if (recovery === "none") return [gapIsSaid, ...always];
  return [comesAfterLoss(PRIVATE_CHANNEL), comesAfterLoss(PRESENCE_CHANNEL), noGapWithoutLoss, ...always];
}

function comesAfterLoss(channel: string): Fact {
  return {
    chapter,
    name: `what was missed on ${channel} comes after the loss, once and in order`,
    feature: "what was missed",
    result: "comes after the loss",
    async play(stage) {
      const ada = await stage.enter("ada");
      const heard = ada.hear(channel);
      const say = await createSpeaker(stage, channel);
      await stage.live(channel, ada);
      await say(1);
      await stage.becomes("ada hears the first", () => heard, [1]);
      await stage.keepAway(ada);
      expect(ada.realtime.channel(channel).$status.get().continuity).toBe("stale");
      for (const n of [2, 3]) await say(n);
      await stage.letBack(ada);
      await stage.live(channel, ada);
      await say(4);
      await stage.becomes("ada hears each once", () => heard, [1, 2, 3, 4]);
      expect(ada.gaps).toEqual([]);
    },
  };
}

const gapIsSaid: Fact = {
  chapter,
  name: "what was missed is lost, and said to be missing",
  feature: "what was missed",
  result: "said to be missing",
  async play(stage) {
    const ada = await stage.enter("ada");
    const channel = PRIVATE_CHANNEL;
    const heard = ada.hear(channel);
    const say = await createSpeaker(stage, channel);
    await stage.live(channel, ada);
    await say(1);
    await stage.becomes("ada hears the first", () => heard, [1]);
    await stage.keepAway(ada);
    await say(2);
    await stage.letBack(ada);
    const continuity = (): string => ada.realtime.channel(channel).$status.get().continuity;
    await stage.becomes("the gap is said", continuity, "gap");
    await stage.joinedAgain(ada);
    await say(3);
    await stage.becomes("ada hears what came after it", () => heard, [1, 3]);
    expect(ada.gaps).toEqual([channel]);
    ada.realtime.channel(channel).acknowledgeGap();
    expect(continuity()).toBe("live");
  },
};

function neverSilent(channel: string): Fact {
  return {
    chapter,
    name: `a first message that was missed on ${channel} comes, or is said to be missing`,
    feature: "never silent about a loss",
    result: "yes",
    async play(stage) {
      const ada = await stage.enter("ada");
      const heard = ada.hear(channel);
      const say = await createSpeaker(stage, channel);
      await stage.live(channel, ada);
      await stage.keepAway(ada);
      await say("missed");
      await stage.letBack(ada);
      await stage.joinedAgain(ada);
      await say("after");
      await stage.until("ada hears what came after it", () => heard.includes("after"));
      if (ada.gaps.length === 0) expect(heard).toEqual(["missed", "after"]);
      else expect(ada.gaps).toEqual([channel]);
    },
  };
}

const noGapWithoutLoss: Fact = {
  chapter,
  name: "no gap is said where nothing was lost",
  feature: "no false gap",
  result: "yes",
  async play(stage) {
    const ada = await stage.enter("ada");
    const channel = PRIVATE_CHANNEL;
    const heard = ada.hear(channel);
    const say = await createSpeaker(stage, channel);
    await stage.live(channel, ada);
    await say(1);
    await stage.becomes("ada hears the first", () => heard, [1]);
    await stage.cut(ada);
    await stage.joinedAgain(ada);
    await stage.live(channel, ada);
    await say(2);
    await stage.becomes("ada hears each once", () => heard, [1, 2]);
    expect(ada.gaps).toEqual([]);
  },
};

const noGapAtFirst: Fact = {
  chapter,
  name: "a first join says nothing of a gap",
  feature: "no false gap",
  result: "yes",
  async play(stage) {
    const say = await createSpeaker(stage, PRIVATE_CHANNEL);
    await say("before ada");
    const ada = await stage.enter("ada");
    const heard = ada.hear(PRIVATE_CHANNEL);
    await stage.live(PRIVATE_CHANNEL, ada);
    await say("now");
    await stage.becomes("ada hears what is news", () => heard, ["now"]);
    expect(ada.gaps).toEqual([]);
  },
};

// A driver that tells of members here, where there are none, makes core join anew: the rule that it breaks is judged at the end.
const noGapByOthers: Fact = {
  chapter,
  name: "others who come and go on a channel without presence leave no gap",
  feature: "no false gap",
  result: "yes",
  async play(stage) {
    const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
    const channel = PRIVATE_CHANNEL;
    const heard = ada.hear(channel);
    const say = await createSpeaker(stage, channel);
    const leave = bob.realtime.channel(channel).join();
    await stage.live(channel, ada, bob);
    leave();
    await stage.becomes("bob left", () => bob.realtime.channel(channel).$status.get().phase, "idle");
    await say(1);
    await stage.becomes("ada hears it", () => heard, [1]);
    expect(ada.gaps).toEqual([]);
  },
};

const POSITIONS = {
  offset: {
    name: "positions are counted",
    shape: { epoch: expect.any(String), offset: expect.any(Number), id: expect.any(String) },
  },
  cursor: { name: "positions are known to the provider only", shape: { cursor: expect.any(String) } },
  none: { name: "there are no positions", shape: undefined },
} as const;

function positions(recovery: Capabilities["recovery"]): Fact {
  const { name, shape } = POSITIONS[recovery];
  return {
    chapter,
    name,
    feature: "recovers by",
    result: recovery,
    async play(stage) {
      const ada = await stage.enter("ada");
      const heard = ada.hear(PRIVATE_CHANNEL);
      const say = await createSpeaker(stage, PRIVATE_CHANNEL);
      await stage.live(PRIVATE_CHANNEL, ada);
      await say(1);
      await stage.becomes("ada hears it", () => heard, [1]);
      expect(ada.tap.messages(PRIVATE_CHANNEL).map(({ position }) => position)).toEqual([shape]);
    },
  };
}
