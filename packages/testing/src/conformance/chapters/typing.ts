/** Chapter: who is typing, and who is not any more. */
import type { Capabilities } from "@attune/core/driver";
import { livelyChannel, PRESENCE_CHANNEL } from "../channels.js";
import type { Fact } from "../conformance-case.js";
import type { Participant } from "../participant.js";
import type { Stage } from "../stage.js";
import { expectUnsupported } from "../unsupported.js";

const chapter = "typing";

/** Others are believed for 6 s; then typing ends, whatever was heard. */
const LONGEST_MS = 8_000;

/** The facts of this chapter. */
export function typingFacts({ signals, typing }: Capabilities): readonly Fact[] {
  return typing === "core" && !signals ? [declaredGap] : [startsAndStops, expires];
}

interface Typing {
  readonly bob: Participant;
  readonly channel: string;
  typers(): readonly string[];
}

async function enterBoth(stage: Stage): Promise<Typing> {
  const channel = livelyChannel(stage.capabilities);
  const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
  for (const { realtime } of [ada, bob]) realtime.channel(channel).join();
  await stage.live(channel, ada, bob);
  if (channel === PRESENCE_CHANNEL) await stage.becomes("ada sees bob", () => ada.members(channel), ["ada", "bob"]);
  const { $typing } = ada.realtime.channel(channel);
  return { bob, channel, typers: () => $typing.get().map(({ userId }) => userId) };
}

const declaredGap: Fact = {
  chapter,
  name: "typing needs signals, which are declared as a gap: it throws unsupported",
  feature: "typing",
  result: "unsupported",
  async play(stage) {
    const channel = livelyChannel(stage.capabilities);
    const ada = await stage.enter("ada");
    ada.realtime.channel(channel).join();
    await stage.live(channel, ada);
    await expectUnsupported(stage, "startTyping()", () => ada.realtime.startTyping(channel));
  },
};

const startsAndStops: Fact = {
  chapter,
  name: "others see who starts typing, and who stops",
  feature: "typing",
  result: "yes",
  async play(stage) {
    const { bob, channel, typers } = await enterBoth(stage);
    bob.realtime.startTyping(channel);
    await stage.becomes("ada sees bob typing", typers, ["bob"]);
    bob.realtime.stopTyping(channel);
    await stage.becomes("ada sees nobody typing", typers, []);
  },
};

const expires: Fact = {
  chapter,
  name: "who is lost while typing does not type for ever",
  feature: "typing",
  result: "yes",
  async play(stage) {
    const { bob, channel, typers } = await enterBoth(stage);
    bob.realtime.startTyping(channel);
    await stage.becomes("ada sees bob typing", typers, ["bob"]);
    await stage.keepAway(bob);
    await stage.becomes("ada sees nobody typing", typers, [], LONGEST_MS);
  },
};
