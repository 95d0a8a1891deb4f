/** A log: offsets, order, and the text as it was. */
import { expect } from "vitest";
import type { BrokerFact } from "../broker-fact.js";
import { A, offsetsOf, upTo } from "../broker-stage.js";

/** The chapter. */
export const appending: readonly BrokerFact[] = [
  {
    name: "counts from 1 in one epoch, and answers where a message stands",
    async play(stage) {
      const node = stage.node();
      const { opened } = await stage.listen(node);
      expect(opened.position).toEqual({ epoch: expect.any(String), offset: 0, id: "" });
      const { epoch } = opened.position;
      expect(epoch).not.toBe("");
      const timestampMs = stage.world.now();
      expect(await stage.store(node, { sequence: 1 })).toEqual({
        outcome: "stored",
        position: { epoch, offset: 1, id: "ada:p1:1" },
        timestampMs,
        isRepeat: false,
      });
      expect((await stage.store(node, { sequence: 2 })).position).toEqual({ epoch, offset: 2, id: "ada:p1:2" });
    },
  },
  {
    name: "puts the offset before a message, and leaves its text as it was",
    async play(stage) {
      const node = stage.node();
      const texts = [
        'quote " and \\ slash',
        "zero \0 inside",
        "emoji \u{1f600}",
        "half \ud83d",
        "\u2028 '; DROP TABLE logs",
      ];
      for (const id of texts) await stage.say(node, id);
      const { messages } = await stage.page(node);
      expect(messages.map(({ id }) => id)).toEqual(texts);
      expect(messages.map(({ json }) => json)).toEqual(
        texts.map((id, index) => `[${index + 1},${JSON.stringify(id)},""]`),
      );
    },
  },
  {
    name: "appends what has no chain as often as it comes",
    async play(stage) {
      const node = stage.node();
      for (let n = 0; n < 3; n++) await stage.say(node, "same");
      expect(await stage.ids(node)).toEqual(["same", "same", "same"]);
    },
  },
  {
    name: "counts each channel for itself",
    async play(stage) {
      const node = stage.node();
      await stage.say(node, "a1");
      await stage.say(node, "b1", { channel: "public:b" });
      await stage.say(node, "b2", { channel: "public:b" });
      expect((await stage.page(node)).position).toMatchObject({ offset: 1, id: "a1" });
      expect((await stage.page(node, "public:b")).position).toMatchObject({ offset: 2, id: "b2" });
    },
  },
  {
    name: "gives each of many messages at once its own offset, none left out, in each producer's order",
    async play(stage) {
      const nodes = [stage.node(), stage.node()];
      const producers = upTo(8).map((n) => `p${n}`);
      const answers = await Promise.all(
        upTo(25).flatMap((sequence) =>
          producers.map((producer, index) => stage.append(nodes[index % 2] ?? stage.node(), { producer, sequence })),
        ),
      );
      const offsets = answers.map((answer) => (answer.outcome === "stored" ? answer.position.offset : Number.NaN));
      expect([...offsets].sort((left, right) => left - right)).toEqual(upTo(200));
      const ids = await stage.ids(nodes[0] ?? stage.node());
      for (const producer of producers) {
        const own = ids.filter((id) => id.startsWith(`ada:${producer}:`));
        expect(own).toEqual(upTo(25).map((sequence) => `ada:${producer}:${sequence}`));
      }
    },
  },
  {
    name: "shows what it has answered to every reader at once",
    async play(stage) {
      const [left, right] = [stage.node(), stage.node()];
      for (const sequence of upTo(20)) {
        await stage.store(left, { sequence });
        expect(offsetsOf((await right.read(A, { after: sequence - 1, limit: 5 })).messages)).toEqual([sequence]);
      }
    },
  },
];
