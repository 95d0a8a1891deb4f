/** Reading: pieces of a log in both directions, within its bounds. */
import { expect } from "vitest";
import type { BrokerFact } from "../broker-fact.js";
import { A, offsetsOf, upTo } from "../broker-stage.js";

/** The chapter. */
export const reading: readonly BrokerFact[] = [
  {
    name: "reads a channel that nobody opened, and one that never had a message",
    async play(stage) {
      const node = stage.node();
      expect(await stage.page(node)).toEqual({
        position: { epoch: expect.any(String), offset: 0, id: "" },
        first: 1,
        messages: [],
      });
      await stage.say(node, "m1");
      expect(await stage.page(node)).toMatchObject({ position: { offset: 1, id: "m1" }, first: 1 });
    },
  },
  {
    name: "reads forwards and backwards, never more than asked for, the oldest first",
    bounds: { history: { messages: 20 } },
    async play(stage) {
      const node = stage.node();
      for (const n of upTo(30)) await stage.say(node, `m${n}`);
      const kept = upTo(30).slice(10);
      for (const limit of [0, 1, 5, 20, 100]) {
        for (const at of [0, 1, 9, 10, 11, 12, 20, 29, 30, 31, 100, Number.MAX_SAFE_INTEGER]) {
          const after = await node.read(A, { after: at, limit });
          expect(offsetsOf(after.messages)).toEqual(kept.filter((offset) => offset > at).slice(0, limit));
          const before = await node.read(A, { before: at, limit });
          const older = kept.filter((offset) => offset < at);
          expect(offsetsOf(before.messages)).toEqual(limit === 0 ? [] : older.slice(-limit));
          expect([after.first, before.first, after.position.offset]).toEqual([11, 11, 30]);
        }
      }
    },
  },
  {
    name: "keeps the last messages, and counts on",
    bounds: { history: { messages: 3 } },
    async play(stage) {
      const node = stage.node();
      for (const n of upTo(5)) await stage.say(node, `m${n}`);
      expect(await stage.page(node)).toMatchObject({ first: 3, position: { offset: 5, id: "m5" } });
      expect(await stage.ids(node)).toEqual(["m3", "m4", "m5"]);
    },
  },
  {
    name: "keeps nothing when told so, and still counts and delivers",
    bounds: { history: { messages: 0 } },
    async play(stage) {
      const node = stage.node();
      const ear = await stage.listen(node);
      await stage.say(node, "m1");
      expect(await stage.page(node)).toMatchObject({ first: 2, position: { offset: 1, id: "m1" }, messages: [] });
      await expect.poll(() => ear.messages.map(({ id }) => id)).toEqual(["m1"]);
    },
  },
  {
    name: "keeps no more characters than its bound",
    bounds: { history: { chars: 1_000 } },
    async play(stage) {
      const node = stage.node();
      for (const n of upTo(5)) await stage.say(node, `m${n}`, { chars: 400 });
      expect(await stage.page(node)).toMatchObject({ first: 4 });
      await stage.say(node, "large", { chars: 1_001 });
      expect(await stage.page(node)).toMatchObject({ first: 7, messages: [], position: { offset: 6, id: "large" } });
    },
  },
  {
    name: "lets go of messages past their age, also where nobody appends",
    needsTime: true,
    bounds: { history: { ageMs: 600_000 } },
    async play(stage) {
      const node = stage.node();
      await stage.say(node, "m1");
      await stage.advance(300_000);
      await stage.say(node, "m2");
      await stage.advance(300_000);
      expect(await stage.page(node)).toMatchObject({ first: 1 });
      await stage.advance(1);
      expect(await stage.page(node)).toMatchObject({ first: 2 });
      await stage.advance(300_000);
      expect(await stage.page(node)).toMatchObject({ first: 3, position: { offset: 2, id: "m2" }, messages: [] });
    },
  },
  {
    name: "keeps what is young when somebody sets the clock, forth or back, and lets it go at its age",
    needsTime: true,
    bounds: { history: { ageMs: 600_000 } },
    async play(stage) {
      const node = stage.node();
      await stage.say(node, "m1");
      stage.setClock(7_200_000);
      expect(await stage.page(node)).toMatchObject({ first: 1 });
      await stage.say(node, "m2");
      stage.setClock(-14_400_000);
      await stage.say(node, "m3");
      expect(await stage.page(node)).toMatchObject({ first: 1 });
      await stage.advance(600_001);
      expect(await stage.page(node)).toMatchObject({ first: 4 });
    },
  },
  {
    name: "remembers epoch and end when the messages are gone and the channel was long unused",
    needsTime: true,
    async play(stage) {
      const node = stage.node();
      await stage.say(node, "m1");
      const { position } = await stage.page(node);
      await stage.advance(7_200_000);
      expect((await stage.listen(node)).opened.position).toEqual(position);
      await stage.say(node, "m2");
      expect((await stage.page(node)).position).toEqual({ ...position, offset: 2, id: "m2" });
    },
  },
];
