/** Restarts: what outlives the process, or the new epoch that says that nothing did. */
import type { PresenceEntry } from "@attune/protocol";
import { expect } from "vitest";
import type { BrokerFact } from "../broker-fact.js";
import { A, offsetsOf, upTo } from "../broker-stage.js";

const outlives = (how: "closed" | "killed"): BrokerFact[] => [
  {
    name: `has log, epoch and chains as they were after it was ${how}`,
    survives: true,
    async play(stage) {
      const node = stage.node();
      const first = await stage.store(node, { sequence: 1 });
      for (const sequence of upTo(300)) await stage.store(node, { sequence, producer: "p2" });
      await stage.say(node, "m1", { channel: "public:b" });
      const pages = [await stage.page(node), await stage.page(node, "public:b")];
      const again = await stage.restart(how);
      expect([await stage.page(again), await stage.page(again, "public:b")]).toEqual(pages);
      expect(await stage.append(again, { sequence: 1 })).toEqual({ ...first, isRepeat: true });
      expect(await stage.append(again, { sequence: 1, producer: "p2" })).toEqual({ outcome: "outcome-unknown" });
      expect(await stage.append(again, { sequence: 3 })).toEqual({ outcome: "out-of-order", last: 1 });
      const next = await stage.store(again, { sequence: 2 });
      expect(next.position).toEqual({ epoch: first.position.epoch, offset: 302, id: "ada:p1:2" });
    },
  },
  {
    name: `remembers the end of a log without messages after it was ${how}`,
    survives: true,
    bounds: { history: { messages: 0 } },
    async play(stage) {
      const node = stage.node();
      await stage.say(node, "m1");
      const { position } = await stage.page(node);
      const again = await stage.restart(how);
      expect((await stage.listen(again)).opened.position).toEqual(position);
    },
  },
  {
    name: `has shared state and the answers to its changes as they were after it was ${how}`,
    survives: true,
    async play(stage) {
      const node = stage.node();
      const begun = await node.readState(A, "0");
      const first = await stage.change(node, begun, "1", 1);
      await stage.change(node, { ...begun, version: 1 }, "2");
      const state = await node.readState(A);
      const again = await stage.restart(how);
      expect(state).toEqual({ epoch: begun.epoch, version: 2, json: "2" });
      expect(await again.readState(A, "other")).toEqual(state);
      expect(await stage.change(again, begun, "1", 1)).toEqual({ ...first, isRepeat: true });
    },
  },
  {
    name: `is in the same epoch on a channel that had no message before it was ${how}`,
    survives: true,
    async play(stage) {
      const { opened } = await stage.listen(stage.node());
      const again = await stage.restart(how);
      expect((await stage.listen(again)).opened.position).toEqual(opened.position);
    },
  },
];

/** The chapter. */
export const surviving: readonly BrokerFact[] = [
  ...outlives("closed"),
  ...outlives("killed"),
  {
    name: "has every acknowledged message after many restarts, in order, once",
    survives: true,
    async play(stage) {
      let node = stage.node();
      const acked: string[] = [];
      let sequence = 1;
      for (const round of upTo(6)) {
        const sent = upTo(10 + round).map((n) => sequence + n - 1);
        const answers = sent.map(async (each) => {
          const answer = await stage.append(node, { sequence: each });
          if (answer.outcome === "stored") acked.push(answer.position.id);
        });
        // Some are still on their way.
        await answers[round];
        void Promise.allSettled(answers);
        node = await stage.restart("killed");
        const ids = await stage.ids(node);
        expect(ids).toEqual(upTo(ids.length).map((n) => `ada:p1:${n}`));
        expect(acked.filter((id) => !ids.includes(id))).toEqual([]);
        sequence = ids.length + 1;
      }
      expect(offsetsOf((await stage.page(node)).messages)).toEqual(upTo(sequence - 1));
    },
  },
  {
    name: "has no presence of before a restart",
    survives: true,
    async play(stage) {
      const entry: PresenceEntry = {
        connectionId: "c1",
        user: { userId: "ada", name: "Ada" },
        joinedAtMs: 1,
        updatedAtMs: 1,
        state: { status: "online" },
      };
      stage.node().shareRows(A, { set: [entry], removed: [] });
      const again = await stage.restart("killed");
      expect((await stage.listen(again)).opened.rows).toEqual([]);
    },
  },
  {
    name: "begins a new epoch at every start, so that nobody takes the new log for the old one",
    survives: false,
    async play(stage) {
      const epochs = new Set<string>();
      let node = stage.node();
      for (const how of ["closed", "killed"] as const) {
        await stage.say(node, "m1");
        epochs.add((await stage.page(node)).position.epoch);
        const state = await node.readState(A, "0");
        node = await stage.restart(how);
        expect((await stage.page(node)).messages).toEqual([]);
        expect((await node.readState(A, "0")).epoch).not.toBe(state.epoch);
      }
      epochs.add((await stage.page(node)).position.epoch);
      expect(epochs.size).toBe(3);
    },
  },
];
