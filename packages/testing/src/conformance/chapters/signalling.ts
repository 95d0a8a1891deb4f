/** Chapter: the lossy lane: the latest value, now or never. */
import type { SignalEntry } from "@attune/core";
import type { Capabilities } from "@attune/core/driver";
import { expect } from "vitest";
import { livelyChannel, PRESENCE_CHANNEL } from "../channels.js";
import type { Fact } from "../conformance-case.js";
import type { Participant } from "../participant.js";
import type { Stage } from "../stage.js";
import { expectUnsupported } from "../unsupported.js";

const chapter = "signals";

/** The facts of this chapter. */
export function signallingFacts({ signals, presence }: Capabilities): readonly Fact[] {
  if (!signals) return [declaredGap];
  return [latest, notQueued, ...(presence === false ? [] : [overWithTheConnection])];
}

interface Signalling {
  readonly ada: Participant;
  readonly bob: Participant;
  readonly channel: string;
  /** Every value of bob's that ada saw. */
  readonly seen: unknown[];
  shown(): readonly SignalEntry[];
}

async function enterBoth(stage: Stage): Promise<Signalling> {
  const channel = livelyChannel(stage.capabilities);
  const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
  for (const { realtime } of [ada, bob]) realtime.channel(channel).join();
  const $pointer = ada.realtime.channel(channel).signals("pointer");
  const seen: unknown[] = [];
  $pointer.listen((entries: readonly SignalEntry[]) => seen.push(...entries.map(({ value }) => value)));
  await stage.live(channel, ada, bob);
  if (channel === PRESENCE_CHANNEL) await stage.becomes("ada sees bob", () => ada.members(channel), ["ada", "bob"]);
  return { ada, bob, channel, seen, shown: () => $pointer.get() };
}

const declaredGap: Fact = {
  chapter,
  name: "signals are declared as a gap: they throw unsupported",
  feature: "signals",
  result: "unsupported",
  async play(stage) {
    const channel = livelyChannel(stage.capabilities);
    const ada = await stage.enter("ada");
    ada.realtime.channel(channel).join();
    await stage.live(channel, ada);
    await expectUnsupported(stage, "signal()", () => ada.realtime.signal(channel, "pointer", 1));
    await expectUnsupported(stage, "the driver's signal()", () => ada.tap.connection.signal(channel, "pointer", 1));
  },
};

const latest: Fact = {
  chapter,
  name: "the latest value arrives, with who sent it, and not at its sender",
  feature: "signals",
  result: "yes",
  async play(stage) {
    const { bob, channel, shown } = await enterBoth(stage);
    const $own = bob.realtime.channel(channel).signals("pointer");
    for (let x = 1; x <= 10; x += 1) bob.realtime.signal(channel, "pointer", { x });
    await stage.becomes("ada sees the last", shown, [expect.objectContaining({ value: { x: 10 }, userId: "bob" })]);
    expect($own.get()).toEqual([]);
  },
};

const notQueued: Fact = {
  chapter,
  name: "what is signalled offline is dropped, not sent later",
  feature: "signals are never queued",
  result: "yes",
  async play(stage) {
    const { bob, channel, seen } = await enterBoth(stage);
    await stage.keepAway(bob);
    bob.realtime.signal(channel, "pointer", "old");
    await stage.letBack(bob);
    await stage.joinedAgain(bob);
    bob.realtime.signal(channel, "pointer", "new");
    await stage.until("ada sees the new value", () => seen.includes("new"));
    expect(seen).not.toContain("old");
  },
};

const overWithTheConnection: Fact = {
  chapter,
  name: "the signals of a member who left are over",
  feature: "signals end with their connection",
  result: "yes",
  async play(stage) {
    const { bob, channel, shown } = await enterBoth(stage);
    bob.realtime.signal(channel, "pointer", 1);
    await stage.until("ada sees it", () => shown().length === 1);
    await bob.realtime.disconnect();
    await stage.becomes("it is gone", shown, [], stage.graceMs + 5_000);
  },
};
