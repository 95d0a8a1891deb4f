/** Chapter: who may: tokens are fresh, and a refusal has a code. */
import { expect } from "vitest";
import { PRESENCE_CHANNEL, PRIVATE_CHANNEL } from "../channels.js";
import type { Fact } from "../conformance-case.js";

const chapter = "access";

/** The facts of this chapter. */
export function accessFacts(): readonly Fact[] {
  return [
    {
      chapter,
      name: "every connection is made with a token that was asked for then",
      feature: "a fresh token at every attempt",
      result: "yes",
      async play(stage) {
        const ada = await stage.enter("ada");
        const tokens = (): readonly (string | undefined)[] => stage.ability("tokensSeen")(ada.client);
        ada.realtime.channel(PRIVATE_CHANNEL).join();
        await stage.live(PRIVATE_CHANNEL, ada);
        const [first] = tokens();
        expect(first, "the token of the first connection").toBeTruthy();
        await stage.cut(ada);
        await stage.joinedAgain(ada);
        expect(tokens().at(-1), "the token of the connection after a loss").toBeTruthy();
        expect(tokens().at(-1)).not.toBe(first);
      },
    },
    {
      chapter,
      name: "a channel that one may not use is denied as forbidden, and the others work",
      feature: "refusals by code",
      result: "yes",
      async play(stage) {
        const ada = await stage.enter("ada");
        await stage.ability("forbid")(PRIVATE_CHANNEL, ada.client);
        for (const channel of [PRIVATE_CHANNEL, PRESENCE_CHANNEL]) ada.realtime.channel(channel).join();
        await stage.becomes(
          "the channel is denied",
          () => ada.realtime.channel(PRIVATE_CHANNEL).$status.get(),
          expect.objectContaining({ phase: "denied", error: expect.objectContaining({ code: "forbidden" }) }),
        );
        await stage.live(PRESENCE_CHANNEL, ada);
      },
    },
    {
      chapter,
      name: "a channel whose access is taken away ends as forbidden",
      feature: "refusals by code",
      result: "yes",
      async play(stage) {
        const ada = await stage.enter("ada");
        ada.realtime.channel(PRIVATE_CHANNEL).join();
        await stage.live(PRIVATE_CHANNEL, ada);
        await stage.ability("revoke")(PRIVATE_CHANNEL, ada.client);
        await stage.becomes(
          "the channel has ended",
          () => ada.realtime.channel(PRIVATE_CHANNEL).$status.get(),
          expect.objectContaining({ phase: "closed", error: expect.objectContaining({ code: "forbidden" }) }),
        );
        expect(ada.realtime.getConnectionState()).toBe("connected");
      },
    },
  ];
}
