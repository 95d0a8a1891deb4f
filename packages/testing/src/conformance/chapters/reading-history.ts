/** Chapter: reading back what was said before. */
import type { MessagePage } from "@attune/core";
import type { Capabilities } from "@attune/core/driver";
import { expect } from "vitest";
import { PRIVATE_CHANNEL as channel } from "../channels.js";
import type { Fact } from "../conformance-case.js";
import { createSpeaker } from "../speaker.js";
import { expectUnsupported } from "../unsupported.js";

const chapter = "history";
const feature = "history";

/** The facts of this chapter. */
export function historyFacts({ history }: Capabilities): readonly Fact[] {
  return [history ? inPages : declaredGap];
}

const inPages: Fact = {
  chapter,
  name: "reads what was said before, page by page, oldest first",
  feature,
  result: "yes",
  async play(stage) {
    const ada = await stage.enter("ada");
    ada.realtime.channel(channel).join();
    const say = await createSpeaker(stage, channel);
    await stage.live(channel, ada);
    for (const n of [1, 2, 3, 4, 5]) await say(n);
    const read = async (before?: MessagePage["before"]): Promise<MessagePage> => {
      const page = ada.realtime.channel(channel).history({ limit: 2, ...(before ? { before } : {}) });
      const { value, error } = await stage.settled("history() answers", page);
      expect(error).toBeUndefined();
      return value as MessagePage;
    };
    const last = await read();
    const middle = await read(last.before);
    const first = await read(middle.before);
    const seen = [first, middle, last].map(({ messages, hasMore }) => [messages.map(({ data }) => data), hasMore]);
    expect(seen).toEqual([
      [[1], false],
      [[2, 3], true],
      [[4, 5], true],
    ]);
  },
};

const declaredGap: Fact = {
  chapter,
  name: "history is declared as a gap: it throws unsupported",
  feature,
  result: "unsupported",
  async play(stage) {
    const ada = await stage.enter("ada");
    ada.realtime.channel(channel).join();
    await stage.live(channel, ada);
    await expectUnsupported(stage, "history()", () => ada.realtime.channel(channel).history());
    await expectUnsupported(stage, "the driver's history()", () => ada.tap.connection.history(channel, { limit: 1 }));
  },
};
