/** Delivery: every message after the position, in order, once, to every node, and never too early. */
import { expect } from "vitest";
import type { BrokerFact } from "../broker-fact.js";
import { A, type Ear, offsetsOf, upTo } from "../broker-stage.js";

/** The chapter. */
export const delivering: readonly BrokerFact[] = [
  {
    name: "delivers every message after the position of opening, in order, once, on every node",
    async play(stage) {
      const [left, right] = [stage.node(), stage.node()];
      for (const sequence of upTo(3)) await stage.store(left, { sequence });
      const ears = [await stage.listen(left), await stage.listen(right)];
      for (const sequence of upTo(20)) await stage.store(sequence % 2 ? left : right, { sequence: sequence + 3 });
      for (const ear of ears) {
        expect(ear.opened.position).toMatchObject({ offset: 3, id: "ada:p1:3" });
        await expect.poll(() => offsetsOf(ear.messages)).toEqual(upTo(20).map((n) => n + 3));
      }
    },
  },
  {
    name: "fits deliveries to the position also while messages are on their way",
    async play(stage) {
      const [left, right] = [stage.node(), stage.node()];
      const appending: Promise<unknown>[] = [];
      const ears: Ear[] = [];
      for (const sequence of upTo(60)) {
        appending.push(stage.append(left, { sequence }));
        if (sequence % 20 === 0) ears.push(await stage.listen(right, A));
        if (sequence % 7 === 0) await appending.at(-1);
      }
      await Promise.all(appending);
      // Opened anew each time: the last one holds.
      const ear = ears.at(-1);
      const { offset = 0 } = ear?.opened.position ?? {};
      await expect.poll(() => offsetsOf(ear?.messages ?? [])).toEqual(upTo(60).slice(offset));
    },
  },
  {
    name: "delivers what it has stored, and nothing that it refused or knew already",
    async play(stage) {
      const node = stage.node();
      const ear = await stage.listen(node);
      await stage.store(node, { sequence: 1 });
      await stage.append(node, { sequence: 1 });
      await stage.append(node, { sequence: 9 });
      await stage.store(node, { sequence: 2 });
      await expect.poll(() => ear.messages.map(({ id }) => id)).toEqual(["ada:p1:1", "ada:p1:2"]);
      expect(ear.messages).toEqual((await stage.page(node)).messages);
    },
  },
  {
    name: "does not deliver what cannot be read yet",
    async play(stage) {
      const [node, other] = [stage.node(), stage.node()];
      const seen: Promise<boolean>[] = [];
      await other.open(A, {
        appended: ({ offset }) => {
          const page = other.read(A, { after: offset - 1, limit: 1 });
          seen.push(Promise.resolve(page).then(({ messages }) => messages[0]?.offset === offset));
        },
        stateChanged: () => {},
        rowsChanged: () => {},
        signalled: () => {},
        ended: () => {},
      });
      for (const sequence of upTo(10)) await stage.store(node, { sequence });
      await expect.poll(() => seen.length).toBe(10);
      expect(await Promise.all(seen)).not.toContain(false);
    },
  },
  {
    name: "delivers nothing after close, and nothing of other channels",
    async play(stage) {
      const [node, other] = [stage.node(), stage.node()];
      const ear = await stage.listen(node);
      const still = await stage.listen(other);
      await stage.say(other, "elsewhere", { channel: "public:b" });
      node.close(A);
      await stage.say(other, "m1");
      other.relaySignals(A, { set: [{ connectionId: "c", name: "cursor", json: "1" }], gone: [] });
      other.shareRows(A, { set: [], removed: ["c"] });
      await expect.poll(() => still.messages).toHaveLength(1);
      const { epoch, version } = await other.readState(A, "0");
      await stage.change(other, { epoch, version }, "1");
      expect([ear.messages, ear.states, ear.rows, ear.signals]).toEqual([[], [], [], []]);
    },
  },
  {
    name: "delivers again after the channel is opened again",
    async play(stage) {
      const node = stage.node();
      await stage.listen(node);
      node.close(A);
      await stage.say(node, "m1");
      const ear = await stage.listen(node);
      expect(ear.opened.position).toMatchObject({ offset: 1, id: "m1" });
      await stage.say(node, "m2");
      await expect.poll(() => offsetsOf(ear.messages)).toEqual([2]);
    },
  },
];
