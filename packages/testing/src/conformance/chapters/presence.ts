/** Chapter: who is on a channel: joins, leaves, updates, several tabs. */
import type { PresenceMember } from "@attune/core";
import type { Capabilities } from "@attune/core/driver";
import { expect } from "vitest";
import { PRESENCE_CHANNEL as channel } from "../channels.js";
import type { Fact } from "../conformance-case.js";
import type { Participant } from "../participant.js";
import type { Stage } from "../stage.js";
import { expectUnsupported } from "../unsupported.js";

const chapter = "presence";

/** The facts of this chapter. */
export function presenceFacts({ presence }: Capabilities): readonly Fact[] {
  return presence === false ? [declaredGap] : [joins, leaves, releases, updates, tabs, shownAgain];
}

/** Two members who see each other; ada takes notes from here on. */
async function enterBoth(stage: Stage): Promise<[Participant, Participant]> {
  const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
  for (const { realtime } of [ada, bob]) realtime.channel(channel).join();
  await stage.becomes(
    "ada and bob see each other",
    () => [ada.members(channel), bob.members(channel)],
    Array(2).fill(["ada", "bob"]),
  );
  ada.watchMembers(channel);
  return [ada, bob];
}

function memberOf({ realtime }: Participant, userId: string): PresenceMember | undefined {
  return realtime
    .presence(channel)
    .getMembers()
    .find((member) => member.userId === userId);
}

const declaredGap: Fact = {
  chapter,
  name: "presence is declared as a gap: it throws unsupported",
  feature: "members",
  result: "unsupported",
  async play(stage) {
    const ada = await stage.enter("ada");
    ada.realtime.channel(channel).join();
    await stage.live(channel, ada);
    await expectUnsupported(stage, "setMyState()", () => ada.realtime.setPresenceState(channel, { status: "away" }));
    await expectUnsupported(stage, "the driver's setPresence()", () =>
      ada.tap.connection.setPresence(channel, { status: "away" }),
    );
    expect(ada.members(channel)).toEqual([]);
  },
};

const joins: Fact = {
  chapter,
  name: "who joins is seen by those who are there, and sees them",
  feature: "members",
  result: "yes",
  async play(stage) {
    const ada = await stage.enter("ada");
    ada.realtime.channel(channel).join();
    await stage.becomes("ada is alone", () => ada.members(channel), ["ada"]);
    ada.watchMembers(channel);
    const bob = await stage.enter("bob");
    bob.realtime.channel(channel).join();
    await stage.becomes(
      "ada and bob see each other",
      () => [ada.members(channel), bob.members(channel)],
      Array(2).fill(["ada", "bob"]),
    );
    expect(ada.memberNotices).toEqual(["joined bob"]);
    expect(memberOf(ada, "bob")).toMatchObject({ name: bob.user.name, status: "online", unconfirmed: false });
  },
};

const leaves: Fact = {
  chapter,
  name: "who disconnects is seen leaving, once",
  feature: "members",
  result: "yes",
  async play(stage) {
    const [ada, bob] = await enterBoth(stage);
    await bob.realtime.disconnect();
    await stage.becomes("ada sees bob leave", () => ada.memberNotices, ["left bob"], stage.graceMs + 5_000);
    expect(ada.members(channel)).toEqual(["ada"]);
  },
};

const releases: Fact = {
  chapter,
  name: "who leaves the channel is seen leaving, though still connected",
  feature: "members",
  result: "yes",
  async play(stage) {
    const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
    ada.realtime.channel(channel).join();
    const release = bob.realtime.channel(channel).join();
    await stage.becomes("ada sees bob", () => ada.members(channel), ["ada", "bob"]);
    ada.watchMembers(channel);
    release();
    await stage.becomes("ada sees bob leave", () => ada.memberNotices, ["left bob"], stage.graceMs + 5_000);
    expect(bob.realtime.getConnectionState()).toBe("connected");
  },
};

const updates: Fact = {
  chapter,
  name: "a change of state is an update, never a leave and a join",
  feature: "member state",
  result: "yes",
  async play(stage) {
    const [ada, bob] = await enterBoth(stage);
    bob.realtime.setPresenceState(channel, { status: "away", customState: { mood: "calm" } });
    await stage.becomes(
      "ada sees bob's state",
      () => memberOf(ada, "bob"),
      expect.objectContaining({ status: "away", customState: { mood: "calm" } }),
    );
    bob.realtime.setPresenceState(channel, { customState: { mood: "busy" } });
    await stage.becomes(
      "ada sees the next state, whole",
      () => memberOf(ada, "bob"),
      expect.objectContaining({ status: "away", customState: { mood: "busy" } }),
    );
    await stage.pass(Math.min(stage.graceMs, 500));
    expect([...new Set(ada.memberNotices)]).toEqual(["updated bob"]);
  },
};

const tabs: Fact = {
  chapter,
  name: "two tabs of one user are one member, who leaves with the last of them",
  feature: "several tabs are one member",
  result: "yes",
  async play(stage) {
    const [ada] = await enterBoth(stage);
    const tab = await stage.enter("bob's other tab", "bob");
    tab.realtime.channel(channel).join();
    const connections = (): number | undefined => memberOf(ada, "bob")?.connections.length;
    await stage.becomes("ada sees both tabs", connections, 2);
    expect(ada.members(channel)).toEqual(["ada", "bob"]);
    await tab.realtime.disconnect();
    await stage.becomes("ada sees one tab", connections, 1, stage.graceMs + 5_000);
    expect([...new Set(ada.memberNotices)]).toEqual(["updated bob"]);
  },
};

const shownAgain: Fact = {
  chapter,
  name: "my state is shown again after a loss that others saw",
  feature: "member state",
  result: "yes",
  async play(stage) {
    const [ada, bob] = await enterBoth(stage);
    bob.realtime.setPresenceState(channel, { status: "away", customState: { mood: "calm" } });
    const shown = expect.objectContaining({ status: "away", customState: { mood: "calm" } });
    await stage.becomes("ada sees bob's state", () => memberOf(ada, "bob"), shown);
    await stage.keepAway(bob);
    await stage.becomes("ada sees bob leave", () => ada.members(channel), ["ada"], stage.graceMs + 5_000);
    await stage.letBack(bob);
    await stage.becomes("ada sees bob's state again", () => memberOf(ada, "bob"), shown);
  },
};
