/** Chains: each message once, in its producer's order, and repeats answered as the first time. */
import { DEDUPE_RESULTS } from "@attune/protocol";
import { expect } from "vitest";
import type { BrokerFact } from "../broker-fact.js";
import { A, upTo } from "../broker-stage.js";

const HOUR_MS = 3_600_000;

/** The chapter. */
export const chaining: readonly BrokerFact[] = [
  {
    name: "answers a repeat as it answered first, and appends nothing",
    async play(stage) {
      const node = stage.node();
      const first = await stage.store(node, { sequence: 1 });
      await stage.store(node, { sequence: 2 });
      await stage.advance(1_000);
      expect(await stage.append(node, { sequence: 1 })).toEqual({ ...first, isRepeat: true });
      expect(await stage.ids(node)).toEqual(["ada:p1:1", "ada:p1:2"]);
    },
  },
  {
    name: "appends one of many copies that come at once on different nodes",
    async play(stage) {
      const nodes = [stage.node(), stage.node(), stage.node()];
      const answers = await Promise.all(
        upTo(9).map((n) => stage.append(nodes[n % 3] ?? stage.node(), { sequence: 1 })),
      );
      expect(answers.filter((answer) => answer.outcome === "stored" && !answer.isRepeat)).toHaveLength(1);
      expect(new Set(answers.map((answer) => answer.outcome === "stored" && answer.position.offset))).toEqual(
        new Set([1]),
      );
      expect(await stage.ids(stage.node())).toEqual(["ada:p1:1"]);
    },
  },
  {
    name: "does not append a message before the one it is linked to, and says which is the last",
    async play(stage) {
      const node = stage.node();
      expect(await stage.append(node, { sequence: 2 })).toEqual({ outcome: "out-of-order", last: 0 });
      await stage.store(node, { sequence: 1 });
      expect(await stage.append(node, { sequence: 3 })).toEqual({ outcome: "out-of-order", last: 1 });
      expect(await stage.append(node, { sequence: 3, previous: 0 })).toEqual({ outcome: "out-of-order", last: 1 });
      expect(await stage.ids(node)).toEqual(["ada:p1:1"]);
    },
  },
  {
    name: "appends past a message that was given up, and never appends that one later",
    async play(stage) {
      const node = stage.node();
      await stage.store(node, { sequence: 1 });
      await stage.store(node, { sequence: 3, previous: 1 });
      expect(await stage.append(node, { sequence: 2 })).toEqual({ outcome: "out-of-order", last: 3 });
      expect(await stage.ids(node)).toEqual(["ada:p1:1", "ada:p1:3"]);
    },
  },
  {
    name: "keeps apart the chains of channels, owners and producers, whatever their names",
    async play(stage) {
      const node = stage.node();
      const names = [
        { owner: "a", producer: "b" },
        { owner: "b", producer: "a" },
        { owner: "", producer: "a" },
        { owner: "a b", producer: "c" },
        { owner: "a", producer: "b c" },
        { owner: '","', producer: "c" },
        { owner: "\ud800", producer: "c" },
        { owner: "\ud801", producer: "c" },
        { owner: "\0", producer: "c" },
        { owner: "\0x", producer: "c" },
      ];
      for (const name of names) {
        await stage.store(node, { ...name, sequence: 1 });
        await stage.store(node, { ...name, sequence: 1, channel: "public:b" });
      }
      expect((await stage.page(node)).position.offset).toBe(names.length);
    },
  },
  {
    name: `answers the last ${DEDUPE_RESULTS} of a chain, and says of older ones that it does not know`,
    async play(stage) {
      const node = stage.node();
      const count = DEDUPE_RESULTS + 3;
      for (const sequence of upTo(count)) await stage.store(node, { sequence });
      expect(await stage.append(node, { sequence: 3 })).toEqual({ outcome: "outcome-unknown" });
      expect(await stage.append(node, { sequence: 4 })).toMatchObject({
        isRepeat: true,
        position: { offset: 4, id: "ada:p1:4" },
      });
      expect((await stage.page(node)).position.offset).toBe(count);
    },
  },
  {
    name: "recalls what it would answer, and writes nothing",
    async play(stage) {
      const node = stage.node();
      const recall = (sequence: number) => node.recall(A, stage.linkOf({ sequence }));
      expect(await recall(1)).toBeUndefined();
      expect(await recall(2)).toEqual({ outcome: "out-of-order", last: 0 });
      const first = await stage.store(node, { sequence: 1 });
      expect(await recall(1)).toEqual({ ...first, isRepeat: true });
      expect(await recall(2)).toBeUndefined();
      expect(await stage.ids(node)).toEqual(["ada:p1:1"]);
    },
  },
  {
    name: "answers repeats of messages that the history has let go",
    bounds: { history: { messages: 0 } },
    async play(stage) {
      const node = stage.node();
      const first = await stage.store(node, { sequence: 1 });
      await stage.store(node, { sequence: 2 });
      expect(await stage.append(node, { sequence: 1 })).toEqual({ ...first, isRepeat: true });
      expect((await stage.page(node)).position.offset).toBe(2);
    },
  },
  {
    name: "remembers a chain for its window, and no longer",
    needsTime: true,
    bounds: { dedupe: { windowMs: 24 * HOUR_MS } },
    async play(stage) {
      const node = stage.node();
      const first = await stage.store(node, { sequence: 1 });
      await stage.advance(24 * HOUR_MS);
      expect(await stage.append(node, { sequence: 1 })).toEqual({ ...first, isRepeat: true });
      await stage.advance(1);
      expect(await stage.append(node, { sequence: 2 })).toEqual({ outcome: "out-of-order", last: 0 });
      expect(await stage.append(node, { sequence: 1 })).toMatchObject({ isRepeat: false, position: { offset: 2 } });
      expect(await stage.append(node, { sequence: 1 })).toMatchObject({ isRepeat: true, position: { offset: 2 } });
    },
  },
  {
    name: "knows a repeat when somebody has set the clock by days",
    needsTime: true,
    async play(stage) {
      const node = stage.node();
      const first = await stage.store(node, { sequence: 1 });
      stage.setClock(48 * HOUR_MS);
      expect(await stage.append(node, { sequence: 1 })).toEqual({ ...first, isRepeat: true });
      stage.setClock(-96 * HOUR_MS);
      expect(await stage.append(node, { sequence: 1 })).toEqual({ ...first, isRepeat: true });
    },
  },
  {
    name: "forgets the producer that is unused for longest, when there are too many",
    bounds: { dedupe: { producers: 3 } },
    async play(stage) {
      const node = stage.node();
      for (const producer of ["p1", "p2", "p3"]) await stage.store(node, { producer, sequence: 1 });
      await stage.store(node, { producer: "p1", sequence: 2 });
      await stage.store(node, { producer: "p4", sequence: 1 });
      expect(await stage.append(node, { producer: "p1", sequence: 1 })).toMatchObject({ isRepeat: true });
      expect(await stage.append(node, { producer: "p3", sequence: 1 })).toMatchObject({ isRepeat: true });
      expect(await stage.append(node, { producer: "p2", sequence: 1 })).toMatchObject({ isRepeat: false });
    },
  },
];
