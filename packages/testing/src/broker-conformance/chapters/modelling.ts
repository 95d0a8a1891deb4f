/** Anything at all, against the model: what no case thought of. */
import type { BrokerNode, ChainLink } from "@attune/server/core";
import { expect } from "vitest";
import { between, seededRandom } from "../../seeded-random.js";
import type { BrokerFact } from "../broker-fact.js";
import { type BrokerStage, offsetsOf, upTo } from "../broker-stage.js";
import { BrokerModel, inModelWords } from "../model.js";

const MESSAGES = 25;
const AGE_MS = 60_000;
const STEPS = 300;
const CHANNELS = ["public:a", "presence:room:1"];

/** One random run: each step does something on a random node, and compares the answer. */
class Run {
  readonly #stage: BrokerStage;
  readonly #random: () => number;
  readonly #model = new BrokerModel(MESSAGES, AGE_MS);
  #nodes: BrokerNode[];

  constructor(stage: BrokerStage, seed: number) {
    this.#stage = stage;
    this.#random = seededRandom(seed);
    this.#nodes = [stage.node(), stage.node()];
  }

  async step(where: string, isRestarting: boolean): Promise<void> {
    const dice = this.#random();
    const channel = this.#pick(CHANNELS);
    if (dice < 0.65) await this.#append(channel, where);
    else if (dice < 0.85) await this.#read(channel, where);
    else if (dice < 0.96 || !isRestarting) await this.#stage.advance(this.#whole(1, 20_000));
    else {
      await this.#stage.restart(this.#pick(["closed", "killed"] as const));
      this.#nodes = [this.#stage.node(), this.#stage.node()];
    }
  }

  async #append(channel: string, where: string): Promise<void> {
    const node = this.#pick(this.#nodes);
    const producer = { owner: this.#pick(["", "ada"]), producer: this.#pick(["p1", "p2"]) };
    const link = { ...producer, ...this.#linkNear(this.#model.lastOf(channel, producer)) };
    const id = `${link.owner}:${link.producer}:${link.sequence}`;
    const timestampMs = this.#stage.world.now();
    const message = { id, timestampMs, tail: `,"${id}"]`, link };
    expect(inModelWords(await node.recall(channel, link)), where).toEqual(this.#model.recall(channel, link));
    const answer = await node.append(channel, message);
    expect(inModelWords(answer), where).toEqual(this.#model.append(channel, id, timestampMs, link));
  }

  async #read(channel: string, where: string): Promise<void> {
    const { ids, end, first } = this.#model.page(channel, this.#stage.world.now());
    const after = this.#whole(0, first - 1);
    const page = await this.#pick(this.#nodes).read(channel, { after, limit: 1_000 });
    expect(
      page.messages.map(({ id }) => id),
      where,
    ).toEqual(ids);
    expect([page.position.offset, page.first], where).toEqual([end, first]);
    expect(offsetsOf(page.messages), where).toEqual(ids.map((_, index) => first + index));
  }

  /** Mostly the next one; else a repeat, one that was skipped, or one that is too far ahead. */
  #linkNear(last: number): Pick<ChainLink, "sequence" | "previous"> {
    if (this.#random() < 0.5) return { sequence: last + this.#whole(1, 3), previous: last };
    const sequence = Math.max(1, this.#whole(last - 5, last + 3));
    return { sequence, previous: this.#whole(0, sequence - 1) };
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#whole(0, from.length - 1)] as T;
  }

  #whole(min: number, max: number): number {
    return Math.floor(between(this.#random, min, max + 1));
  }
}

const factOf = (seed: number, isRestarting: boolean): BrokerFact => ({
  name: `does as the model does, whatever comes${isRestarting ? ", restarts among it" : ""} (seed ${seed})`,
  ...(isRestarting ? { survives: true } : {}),
  bounds: { history: { messages: MESSAGES, ageMs: AGE_MS } },
  async play(stage) {
    const run = new Run(stage, seed);
    for (const step of upTo(STEPS)) await run.step(`step ${step}`, isRestarting);
  },
});

/** The chapter. */
export const modelling: readonly BrokerFact[] = [1, 2, 3, 4, 5].flatMap((seed) => [
  factOf(seed, false),
  factOf(seed, true),
]);
