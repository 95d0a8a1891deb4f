/** Shared state: begun once, each version made from the one before it, and every version delivered in order. */
import type { StateResult } from "@attune/server/core";
import { expect } from "vitest";
import type { BrokerFact } from "../broker-fact.js";
import { A, upTo } from "../broker-stage.js";

const HOUR_MS = 3_600_000;

/** The chapter. */
export const sharing: readonly BrokerFact[] = [
  {
    name: "has no state where none was begun, and begins one at version 0",
    async play(stage) {
      const node = stage.node();
      expect(await node.readState(A)).toBeUndefined();
      const begun = await node.readState(A, '{"a":1}');
      expect(begun).toEqual({ epoch: expect.any(String), version: 0, json: '{"a":1}' });
      expect(await stage.node().readState(A)).toEqual(begun);
    },
  },
  {
    name: "lets one of many nodes begin a state, and gives the others what that one began",
    async play(stage) {
      const begun = await Promise.all(upTo(5).map((n) => stage.node().readState(A, String(n))));
      expect(new Set(begun.map((state) => JSON.stringify(state))).size).toBe(1);
    },
  },
  {
    name: "stores one of two changes made from the same version, and tells the other where the state is",
    async play(stage) {
      const [left, right] = [stage.node(), stage.node()];
      const base = await left.readState(A, "0");
      const at = { epoch: base.epoch, version: 1 };
      const results = await Promise.all([stage.change(left, base, "1"), stage.change(right, base, "2")]);
      expect(results).toContainEqual({ outcome: "stored", at, isRepeat: false });
      expect(results).toContainEqual({ outcome: "conflict", at });
      const other = { epoch: "another", version: 1 };
      expect(await stage.change(left, other, "3")).toEqual({ outcome: "conflict", at });
    },
  },
  {
    name: "says of a change to a state that is not there that there is none",
    async play(stage) {
      const result = await stage.change(stage.node(), { epoch: "e", version: 0 }, "1");
      expect(result).toEqual({ outcome: "conflict", at: undefined });
    },
  },
  {
    name: "answers a repeated change as the first time, also when others followed, and forgets all but the last",
    async play(stage) {
      const [left, right] = [stage.node(), stage.node()];
      const base = await left.readState(A, "0");
      const first = await stage.change(left, base, "1", 3);
      await stage.change(left, { ...base, version: 1 }, "2");
      const repeat = { ...first, isRepeat: true };
      expect(await stage.change(right, base, "1", 3)).toEqual(repeat);
      expect(await right.recallState(A, { owner: "ada", producer: "p1", sequence: 3 })).toEqual(repeat);
      expect(await right.recallState(A, { owner: "ada", producer: "p1", sequence: 4 })).toBeUndefined();
      expect(await right.recallState(A, { owner: "bob", producer: "p1", sequence: 3 })).toBeUndefined();
      expect(await stage.change(left, base, "x", 2)).toEqual({ outcome: "outcome-unknown" });
      expect(await left.readState(A)).toEqual({ epoch: base.epoch, version: 2, json: "2" });
    },
  },
  {
    name: "stores one of two copies of a change that come at once",
    async play(stage) {
      const [left, right] = [stage.node(), stage.node()];
      const base = await left.readState(A, "0");
      const results = await Promise.all([left, right].map((node) => stage.change(node, base, "1", 1)));
      const isRepeat = (result: StateResult) => result.outcome === "stored" && result.isRepeat;
      expect(results.map(isRepeat).sort()).toEqual([false, true]);
      expect(await left.readState(A)).toEqual({ epoch: base.epoch, version: 1, json: "1" });
    },
  },
  {
    name: "does not remember a change that was a conflict",
    async play(stage) {
      const node = stage.node();
      const base = await node.readState(A, "0");
      await stage.change(node, base, "1");
      expect(await stage.change(node, base, "2", 1)).toMatchObject({ outcome: "conflict" });
      expect(await stage.change(node, { ...base, version: 1 }, "2", 1)).toMatchObject({ outcome: "stored" });
    },
  },
  {
    name: "delivers every version to every node that is on the channel, in order, once",
    async play(stage) {
      const nodes = [stage.node(), stage.node()];
      const ears = await Promise.all(nodes.map((node) => stage.listen(node)));
      const { epoch } = await stage.node().readState(A, "0");
      for (const version of upTo(20)) {
        const node = nodes[version % 2] ?? stage.node();
        await stage.change(node, { epoch, version: version - 1 }, String(version), version);
        await stage.change(node, { epoch, version: version - 1 }, String(version), version);
      }
      const wanted = upTo(20).map((version) => ({ epoch, version, json: `[${version}]` }));
      for (const ear of ears) await expect.poll(() => ear.states).toEqual(wanted);
    },
  },
  {
    name: "keeps the text of a state as it was",
    async play(stage) {
      const node = stage.node();
      const json = JSON.stringify({ "half \ud83d": "zero \0 \u2028 \u{1f600}" });
      await node.readState(A, json);
      expect((await node.readState(A))?.json).toBe(json);
    },
  },
  {
    name: "lets go of states that nobody is on when they are too large, and begins them in a new epoch",
    bounds: { states: { chars: 100 } },
    async play(stage) {
      const node = stage.node();
      await stage.listen(node, "public:open");
      const open = await node.readState("public:open", "1".repeat(40));
      const idle = await node.readState("public:idle", "2".repeat(40));
      await node.readState("public:new", "3".repeat(40));
      expect(await node.readState("public:open")).toEqual(open);
      expect(await node.readState("public:idle")).toBeUndefined();
      expect((await node.readState("public:idle", "2")).epoch).not.toBe(idle.epoch);
    },
  },
  {
    name: "remembers the result of a change for its window, and no longer",
    needsTime: true,
    bounds: { dedupe: { windowMs: HOUR_MS } },
    async play(stage) {
      const node = stage.node();
      const base = await node.readState(A, "0");
      const link = { owner: "ada", producer: "p1", sequence: 1 };
      await stage.change(node, base, "1", 1);
      await stage.advance(HOUR_MS);
      expect(await node.recallState(A, link)).toMatchObject({ isRepeat: true });
      await stage.advance(1);
      expect(await node.recallState(A, link)).toBeUndefined();
    },
  },
];
