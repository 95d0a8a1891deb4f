/** Chapter: one subscription on the wire, however many components need the channel. */
import { expect } from "vitest";
import { PRIVATE_CHANNEL as channel } from "../channels.js";
import type { Fact } from "../conformance-case.js";

const chapter = "subscriptions";

/** Longer than core lingers on a channel that nobody needs. */
const LINGER_MS = 400;

/** The facts of this chapter. */
export function subscribingFacts(): readonly Fact[] {
  return [
    {
      chapter,
      name: "two components on one channel share one subscription, and the last release leaves",
      feature: "one subscription for a channel",
      result: "yes",
      async play(stage) {
        const ada = await stage.enter("ada");
        const { realtime, tap } = ada;
        const asked = (what: string): number => tap.asked.filter((each) => each.what === what).length;
        const releases = [
          realtime.channel(channel).join(),
          realtime.channel(channel).join(),
          realtime.subscribe(channel, "message", () => {}),
        ];
        await stage.live(channel, ada);
        await stage.becomes("one subscription is on the wire", () => stage.world.subscribers(channel), 1);
        for (const release of releases.slice(1)) release();
        await stage.pass(LINGER_MS);
        expect(await stage.world.subscribers(channel)).toBe(1);
        releases[0]?.();
        await stage.becomes("nothing is left on the wire", () => stage.world.subscribers(channel), 0);
        expect([asked("attach"), asked("detach")]).toEqual([1, 1]);
      },
    },
    {
      chapter,
      name: "a channel that was left can be joined again",
      feature: "one subscription for a channel",
      result: "yes",
      async play(stage) {
        const ada = await stage.enter("ada");
        const { realtime } = ada;
        const release = realtime.channel(channel).join();
        await stage.live(channel, ada);
        release();
        await stage.becomes("it was left", () => realtime.channel(channel).$status.get().phase, "idle");
        realtime.channel(channel).join();
        // A provider without recovery cannot tell whether anything was said meanwhile.
        await stage.joinedAgain(ada);
        await stage.becomes("one subscription is on the wire", () => stage.world.subscribers(channel), 1);
        expect(ada.gaps.length).toBeLessThanOrEqual(stage.capabilities.recovery === "none" ? 1 : 0);
      },
    },
    {
      chapter,
      name: "after a loss a channel is joined again, once",
      feature: "one subscription for a channel",
      result: "yes",
      async play(stage) {
        const ada = await stage.enter("ada");
        ada.realtime.channel(channel).join();
        await stage.live(channel, ada);
        await stage.cut(ada);
        await stage.joinedAgain(ada);
        await stage.becomes("one subscription is on the wire", () => stage.world.subscribers(channel), 1);
      },
    },
  ];
}
