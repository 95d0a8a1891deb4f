import type { PresenceEntry, PresenceStatus } from "@attune/core";
import type { PresenceDelta } from "@attune/core/driver";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyDelta, difference, fromSnapshot, type PresenceMap, toMembers } from "../../src/presence/reducer.js";

function entry(
  connectionId: string,
  userId: string,
  over: {
    status?: PresenceStatus;
    updatedAtMs?: number;
    joinedAtMs?: number;
    customState?: Record<string, unknown>;
  } = {},
): PresenceEntry {
  const { status = "online", updatedAtMs = 0, joinedAtMs = 0, customState } = over;
  return {
    connectionId,
    user: { userId, name: userId.toUpperCase() },
    joinedAtMs,
    updatedAtMs,
    state: { status, ...(customState ? { customState } : {}) },
  };
}

const snapshot = (revision: number, ...entries: PresenceEntry[]): PresenceMap =>
  fromSnapshot({ kind: "snapshot", epoch: "e", revision, entries });
const delta = (from: number, revision: number, over: Partial<PresenceDelta> = {}): PresenceDelta => ({
  kind: "delta",
  epoch: "e",
  from,
  revision,
  set: [],
  removed: [],
  ...over,
});
const members = (...entries: PresenceEntry[]) => toMembers(entries, [], []);
const ids = (map: PresenceMap | undefined) => map && [...map.entries.keys()];

describe("the presence map", () => {
  test("goes one step with a delta", () => {
    const map = applyDelta(
      snapshot(4, entry("c1", "ada"), entry("c2", "bob")),
      delta(4, 5, { set: [entry("c3", "cy")], removed: ["c1"] }),
    );
    expect([ids(map), map?.revision]).toEqual([["c2", "c3"], 5]);
  });

  test("ignores old news", () => {
    const map = snapshot(4, entry("c1", "ada"));
    expect(applyDelta(map, delta(2, 4, { removed: ["c1"] }))).toBe(map);
    expect(applyDelta(map, delta(3, 4, { removed: ["c1"] }))).toBe(map);
  });

  test("says when a step is missing, or the epoch is another one", () => {
    expect(applyDelta(snapshot(4), delta(5, 6))).toBe(undefined);
    expect(applyDelta(snapshot(4), delta(4, 5, { epoch: "f" }))).toBe(undefined);
  });
});

describe("the members", () => {
  test("are users with their connections inside, by the time they joined", () => {
    const list = members(
      entry("c3", "cy", { joinedAtMs: 3 }),
      entry("c2", "ada", { joinedAtMs: 1 }),
      entry("c1", "ada", { joinedAtMs: 1 }),
    );
    expect(
      list.map(({ userId, connections }) => [userId, connections.map(({ connectionId }) => connectionId)]),
    ).toEqual([
      ["ada", ["c1", "c2"]],
      ["cy", ["c3"]],
    ]);
  });

  test("show the strongest status of all connections: online, then away, then busy", () => {
    const statusOf = (...statuses: PresenceStatus[]) =>
      members(...statuses.map((status, index) => entry(`c${index}`, "ada", { status, updatedAtMs: index })))[0]?.status;
    expect([statusOf("busy"), statusOf("busy", "away"), statusOf("away", "online", "busy")]).toEqual([
      "busy",
      "away",
      "online",
    ]);
  });

  test("show the custom state of the connection that was updated last, and fall back when it goes", () => {
    const phone = entry("c1", "ada", { updatedAtMs: 1, customState: { at: "phone" } });
    const desk = entry("c2", "ada", { updatedAtMs: 2, customState: { at: "desk" } });
    expect(members(phone, desk)[0]?.customState).toEqual({ at: "desk" });
    expect(members(phone)[0]?.customState).toEqual({ at: "phone" });
  });

  test("are dated by the connection that came first", () => {
    expect(
      members(entry("c1", "ada", { joinedAtMs: 50 }), entry("c2", "ada", { joinedAtMs: 20 }))[0]?.joinedAt,
    ).toEqual(new Date(20));
  });

  test("stay the same object while nothing changes about them", () => {
    const before = members(entry("c1", "ada"), entry("c2", "bob"));
    const after = toMembers([entry("c1", "ada"), entry("c2", "bob", { status: "away" })], [], before);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  test("are unconfirmed while none of their connections is confirmed", () => {
    const list = toMembers([entry("c1", "ada")], [entry("c2", "ada"), entry("c3", "bob")], []);
    expect(list.map(({ userId, unconfirmed }) => [userId, unconfirmed])).toEqual([
      ["ada", false],
      ["bob", true],
    ]);
  });
});

describe("the differences", () => {
  test("are joins, leaves and updates", () => {
    const before = members(entry("c1", "ada"), entry("c2", "bob"), entry("c3", "cy"));
    const after = members(entry("c1", "ada"), entry("c2", "bob", { status: "busy" }), entry("c4", "di"));
    const { joined, left, updated } = difference(before, after);
    expect([joined, left, updated].map((list) => list.map(({ userId }) => userId))).toEqual([["di"], ["cy"], ["bob"]]);
  });

  test("are none when a member is merely confirmed again", () => {
    const before = toMembers([], [entry("c1", "ada")], []);
    const after = members(entry("c1", "ada"));
    expect(difference(before, after)).toEqual({ joined: [], left: [], updated: [] });
    expect(difference(after, before)).toEqual({ joined: [], left: [], updated: [] });
  });
});

type Change = { readonly connection: number; readonly status: PresenceStatus | "gone" };
const change = fc.record({
  connection: fc.nat(5),
  status: fc.constantFrom<Change["status"]>("online", "away", "busy", "gone", "gone"),
});
/** Six connections of three users. */
const userOf = (connection: number): string => `user${connection % 3}`;

describe("any run of changes", () => {
  test("is told alike by deltas and by a snapshot, and says joined and left once per user", () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 30 }), (flushes) => {
        const model = new Map<string, PresenceEntry>();
        let map = snapshot(0);
        let shown = members();
        const here = new Set<string>();
        let now = 0;
        for (const changes of flushes) {
          const set = new Map<string, PresenceEntry>();
          const removed = new Set<string>();
          for (const { connection, status } of changes) {
            const id = `c${connection}`;
            now += 1;
            removed.delete(id);
            set.delete(id);
            if (status === "gone") removed.add(id);
            else set.set(id, entry(id, userOf(connection), { status, updatedAtMs: now }));
          }
          for (const id of removed) model.delete(id);
          for (const [id, each] of set) model.set(id, each);
          const next = applyDelta(
            map,
            delta(map.revision, map.revision + 1, { set: [...set.values()], removed: [...removed] }),
          );
          expect(next).toEqual({ ...snapshot(map.revision + 1), entries: model });
          map = next as PresenceMap;
          const after = toMembers([...map.entries.values()], [], shown);
          const { joined, left, updated } = difference(shown, after);
          for (const { userId } of joined) expect(here.has(userId)).toBe(false);
          for (const { userId } of [...left, ...updated]) expect(here.has(userId)).toBe(true);
          for (const { userId } of joined) here.add(userId);
          for (const { userId } of left) here.delete(userId);
          // A user stays for as long as one connection stays.
          expect(here).toEqual(new Set([...model.values()].map(({ user }) => user.userId)));
          shown = after;
        }
      }),
    );
  });
});
