/** Chapter: one value that everybody on a channel sees and may change. */
import { type SharedState, sharedState } from "@attune/core/state";
import type { Capabilities } from "@attune/core/driver";
import { expect } from "vitest";
import { PRIVATE_CHANNEL as channel } from "../channels.js";
import type { Fact } from "../conformance-case.js";
import type { Participant } from "../participant.js";
import type { Stage } from "../stage.js";
import { expectUnsupported } from "../unsupported.js";

const chapter = "shared state";
const feature = "shared state";
const result = "yes";

/** The facts of this chapter. */
export function sharingStateFacts({ state }: Capabilities): readonly Fact[] {
  return state ? [isOne, countsRight, survivesAway, takesOnce] : [declaredGap];
}

type Shared = SharedState<Record<string, unknown>>;

const stateOf = ({ realtime }: Participant): Shared => sharedState(realtime.channel(channel));
const valuesOf = (states: readonly Shared[]): readonly unknown[] => states.map(({ $value }) => $value.get());

async function enterBoth(
  stage: Stage,
): Promise<{ readonly people: readonly [Participant, Participant]; readonly states: readonly [Shared, Shared] }> {
  const people = [await stage.enter("ada"), await stage.enter("bob")] as const;
  const states = [stateOf(people[0]), stateOf(people[1])] as const;
  for (const { realtime } of people) realtime.channel(channel).join();
  await stage.live(channel, ...people);
  return { people, states };
}

async function becomes(stage: Stage, states: readonly Shared[], value: unknown): Promise<void> {
  const wanted = states.map(() => value);
  await stage.becomes("everybody has the same state", () => valuesOf(states), wanted);
}

const isOne: Fact = {
  chapter,
  name: "everybody sees one state, whoever changes it, and whoever comes later too",
  feature,
  result,
  async play(stage) {
    const { states } = await enterBoth(stage);
    const [ada, bob] = states;
    await stage.settled(
      "ada's change is stored",
      ada.update((draft) => void (draft["topic"] = "forks")),
    );
    await becomes(stage, states, { topic: "forks" });
    await stage.settled(
      "bob's change is stored",
      bob.update((draft) => void (draft["pitch"] = 440)),
    );
    await becomes(stage, states, { topic: "forks", pitch: 440 });
    const cat = await stage.enter("cat");
    cat.realtime.channel(channel).join();
    await stage.live(channel, cat);
    // Asked for when the channel is joined already.
    await becomes(stage, [stateOf(cat), ...states], { topic: "forks", pitch: 440 });
  },
};

const countsRight: Fact = {
  chapter,
  name: "of changes of one place that are made at once, each is made on top of the one before",
  feature,
  result,
  async play(stage) {
    const { states } = await enterBoth(stage);
    const counted = [1, 2, 3, 4, 5].flatMap(() =>
      states.map((state) => state.update((draft) => void (draft["count"] = ((draft["count"] as number) ?? 0) + 1))),
    );
    const { error } = await stage.settled("all changes are stored", Promise.all(counted));
    expect(error).toBeUndefined();
    await becomes(stage, states, { count: 10 });
  },
};

const survivesAway: Fact = {
  chapter,
  name: "what is changed while one is away is there when it comes back, and its own changes on top",
  feature,
  result,
  async play(stage) {
    const { people, states } = await enterBoth(stage);
    const [ada, bob] = states;
    await stage.settled(
      "a change is stored",
      ada.update((draft) => void (draft["list"] = ["a"])),
    );
    await becomes(stage, states, { list: ["a"] });
    await stage.keepAway(people[0]);
    const added = ada.update((draft) => void (draft["list"] as string[]).push("mine"));
    expect(ada.$value.get()).toEqual({ list: ["a", "mine"] });
    await stage.settled(
      "bob's change is stored",
      bob.update((draft) => void (draft["list"] as string[]).push("b")),
    );
    await stage.letBack(people[0]);
    expect((await stage.settled("ada's change is stored", added)).error).toBeUndefined();
    await becomes(stage, states, { list: ["a", "b", "mine"] });
  },
};

const takesOnce: Fact = {
  chapter,
  name: "a change whose answer was lost is made once",
  feature,
  result,
  async play(stage) {
    const { people, states } = await enterBoth(stage);
    const [ada, bob] = states;
    people[0].tap.loseNextAnswer();
    const added = ada.update((draft) => void (draft["count"] = 1));
    await stage.becomes("bob sees the change", () => bob.$value.get(), { count: 1 });
    await stage.cut(people[0]);
    const again = ada.update((draft) => void (draft["count"] = (draft["count"] as number) + 1));
    expect((await stage.settled("both are stored", Promise.all([added, again]))).error).toBeUndefined();
    await becomes(stage, states, { count: 2 });
  },
};

const declaredGap: Fact = {
  chapter,
  name: "shared state is declared as a gap: it throws unsupported",
  feature,
  result: "unsupported",
  async play(stage) {
    const ada = await stage.enter("ada");
    ada.realtime.channel(channel).join();
    await stage.live(channel, ada);
    await expectUnsupported(stage, "sharedState()", () => stateOf(ada));
    const { connection } = ada.tap;
    const change = { channel, producer: "p", sequence: 1, base: { epoch: "", version: 0 }, patch: [] };
    if (connection.patch) await expectUnsupported(stage, "the driver's patch()", () => connection.patch?.(change));
  },
};
