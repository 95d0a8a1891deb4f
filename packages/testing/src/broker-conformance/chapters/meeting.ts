/** Nodes that meet: rows of presence and signals. */
import type { PresenceEntry } from "@attune/protocol";
import type { SignalUpdate } from "@attune/server/core";
import { expect } from "vitest";
import type { BrokerFact } from "../broker-fact.js";
import { A } from "../broker-stage.js";

const row = (connectionId: string): PresenceEntry => ({
  connectionId,
  user: { userId: "ada", name: "Ada" },
  joinedAtMs: 1,
  updatedAtMs: 1,
  state: { status: "online" },
});

const cursor: SignalUpdate = { connectionId: "c1", name: "cursor", json: "[1]" };

/** The chapter. */
export const meeting: readonly BrokerFact[] = [
  {
    name: "tells the other nodes which rows came and went, and not the one that said so",
    async play(stage) {
      const [left, right] = [stage.node(), stage.node()];
      const own = await stage.listen(left);
      const other = await stage.listen(right);
      left.shareRows(A, { set: [row("c1"), row("c2")], removed: [] });
      left.shareRows(A, { set: [], removed: ["c1"] });
      await expect
        .poll(() => other.rows)
        .toEqual([
          { set: [row("c1"), row("c2")], removed: [] },
          { set: [], removed: ["c1"] },
        ]);
      expect(own.rows).toEqual([]);
    },
  },
  {
    name: "shows the rows of other nodes to one that opens the channel later",
    async play(stage) {
      const [left, right] = [stage.node(), stage.node()];
      left.shareRows(A, { set: [row("c1"), row("c2")], removed: [] });
      left.shareRows(A, { set: [], removed: ["c1"] });
      right.shareRows(A, { set: [row("own")], removed: [] });
      await expect.poll(async () => (await stage.listen(right)).opened.rows).toEqual([row("c2")]);
    },
  },
  {
    name: "takes a node's rows away when it leaves, and tells the others",
    async play(stage) {
      const [left, right] = [stage.node(), stage.node()];
      left.shareRows(A, { set: [row("c1")], removed: [] });
      const ear = await stage.listen(right);
      await left.leave();
      await expect.poll(() => ear.rows).toEqual([{ set: [], removed: ["c1"] }]);
      expect((await stage.listen(stage.node())).opened.rows).toEqual([]);
    },
  },
  {
    name: "passes signals to the other nodes, and keeps none for later",
    async play(stage) {
      const [left, right] = [stage.node(), stage.node()];
      const own = await stage.listen(left);
      const other = await stage.listen(right);
      left.relaySignals(A, { set: [cursor], gone: [] });
      left.relaySignals(A, { set: [], gone: ["c1"] });
      await expect
        .poll(() => other.signals)
        .toEqual([
          { set: [cursor], gone: [] },
          { set: [], gone: ["c1"] },
        ]);
      expect(own.signals).toEqual([]);
      expect((await stage.listen(stage.node())).signals).toEqual([]);
    },
  },
  {
    name: "delivers nothing to a node that has left",
    async play(stage) {
      const [left, right] = [stage.node(), stage.node()];
      const ear = await stage.listen(left);
      const still = await stage.listen(right);
      await left.leave();
      await stage.say(right, "m1");
      await expect.poll(() => still.messages).toHaveLength(1);
      expect(ear.messages).toEqual([]);
    },
  },
];
