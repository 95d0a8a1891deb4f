/** Chapter: a short loss is nobody's business, and a crash leaves no ghost. */
import type { Capabilities } from "@attune/core/driver";
import { expect } from "vitest";
import { PRESENCE_CHANNEL as channel } from "../channels.js";
import type { Fact } from "../conformance-case.js";
import type { Participant } from "../participant.js";
import type { Stage } from "../stage.js";
import type { Said } from "../tapped-driver.js";

const chapter = "presence during a loss";

/** The facts of this chapter. */
export function presenceGraceFacts({ presence }: Capabilities): readonly Fact[] {
  return presence === false ? [] : [shortLoss, crash, appliedBy(presence.grace)];
}

async function enterBoth(stage: Stage): Promise<[Participant, Participant]> {
  const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
  for (const { realtime } of [ada, bob]) realtime.channel(channel).join();
  await stage.becomes("ada sees bob", () => ada.members(channel), ["ada", "bob"]);
  ada.watchMembers(channel);
  return [ada, bob];
}

const shortLoss: Fact = {
  chapter,
  name: "who is back in time was never away",
  feature: "a short loss is not seen",
  result: "yes",
  async play(stage) {
    const [ada, bob] = await enterBoth(stage);
    await stage.cut(bob);
    await stage.joinedAgain(bob);
    await stage.pass(stage.graceMs * 1.5);
    expect(ada.memberNotices.filter((notice) => !notice.startsWith("updated"))).toEqual([]);
    expect([ada.members(channel), bob.members(channel)]).toEqual([
      ["ada", "bob"],
      ["ada", "bob"],
    ]);
    expect(
      ada.realtime
        .presence(channel)
        .getMembers()
        .map(({ connections }) => connections.length),
    ).toEqual([1, 1]);
  },
};

const crash: Fact = {
  chapter,
  name: "who crashed leaves after the grace, and no ghost is left for those who come later",
  feature: "a crash leaves no ghost",
  result: "yes",
  async play(stage) {
    const [ada, bob] = await enterBoth(stage);
    await stage.keepAway(bob);
    await stage.pass(stage.graceMs / 2);
    expect(ada.members(channel)).toEqual(["ada", "bob"]);
    await stage.becomes("ada sees bob leave", () => ada.memberNotices, ["left bob"], stage.graceMs + 5_000);
    bob.realtime.dispose();
    await stage.ability("accept")(bob.client);
    const eve = await stage.enter("eve");
    eve.realtime.channel(channel).join();
    await stage.becomes("eve sees who is there", () => eve.members(channel), ["ada", "eve"]);
    await stage.becomes("ada sees who is there", () => ada.members(channel), ["ada", "eve"]);
  },
};

/** The bound tells core from the others; driver and server look the same from outside. */
function appliedBy(grace: "core" | "driver" | "server"): Fact {
  return {
    chapter,
    name: `the grace is applied by the ${grace}`,
    feature: "who applies the grace",
    result: grace,
    async play(stage) {
      const [ada, bob] = await enterBoth(stage);
      const removals = (): number => removalsIn(ada.tap.said);
      await stage.keepAway(bob);
      await stage.pass(stage.graceMs / 2);
      if (grace === "core") expect(removals(), "the driver tells core of a loss at once").toBeGreaterThan(0);
      else expect(removals(), "the driver tells core nothing during the grace").toBe(0);
      await stage.becomes("ada sees bob leave", () => ada.members(channel), ["ada"], stage.graceMs + 5_000);
    },
  };
}

/** How often a driver said that a connection is gone: in a step, or by leaving it out of a whole state. */
function removalsIn(said: readonly Said[]): number {
  let present: readonly string[] = [];
  let removals = 0;
  for (const each of said) {
    if (each.what !== "presence") continue;
    const { change } = each;
    const before = present;
    const removed = change.kind === "delta" ? change.removed : before;
    const named = (change.kind === "delta" ? change.set : change.entries).map(({ connectionId }) => connectionId);
    present = [...before.filter((id) => !removed.includes(id)), ...named];
    if (before.some((id) => !present.includes(id))) removals += 1;
  }
  return removals;
}
