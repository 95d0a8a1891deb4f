import fc from "fast-check";
import { expect, test } from "vitest";
import { type KnownRows, knownRows, saysKey, withChanges } from "../src/known-rows.js";
import { type RowChange, toRowChange } from "../src/row-change.js";
import { change, type Item, type Type } from "./postgres-world.js";

const keyOf = ({ id }: Partial<Item>) => id;
const told = (type: Type, id: number, value: number, atMs: number, was?: Partial<Item>): RowChange<Item> =>
  toRowChange(change(type, { id, value }, atMs, was));
const known = (...rows: Item[]) => knownRows(rows, keyOf) as KnownRows<Item>;
const listed = ({ rows }: KnownRows<Item>) => [...rows.values()];

test("an insert of a known row replaces it, a delete of an unknown one does nothing", () => {
  const before = known({ id: 1, value: 1 });
  expect(listed(withChanges(before, [told("INSERT", 1, 2, 1)], keyOf))).toEqual([{ id: 1, value: 2 }]);
  expect(withChanges(before, [told("DELETE", 7, 0, 1)], keyOf).rows).toBe(before.rows);
});

test("an update of a row that was not known adds it: it has come into the filter", () => {
  expect(listed(withChanges(known(), [told("UPDATE", 1, 2, 1)], keyOf))).toEqual([{ id: 1, value: 2 }]);
});

test("what was committed before that which is known is dropped, also for a row that is gone", () => {
  const changes = [
    told("UPDATE", 1, 2, 20),
    told("UPDATE", 1, 1, 10),
    told("DELETE", 2, 0, 20),
    told("UPDATE", 2, 1, 10),
  ];
  expect(listed(withChanges(known({ id: 1, value: 0 }, { id: 2, value: 0 }), changes, keyOf))).toEqual([
    { id: 1, value: 2 },
  ]);
});

test("changes of one transaction, all with one timestamp, are all applied", () => {
  const changes = [told("INSERT", 1, 1, 5), told("UPDATE", 1, 2, 5), told("DELETE", 1, 2, 5), told("INSERT", 1, 3, 5)];
  expect(listed(withChanges(known(), changes, keyOf))).toEqual([{ id: 1, value: 3 }]);
});

test("an update may change the key itself", () => {
  expect(listed(withChanges(known({ id: 1, value: 1 }), [told("UPDATE", 2, 1, 1, { id: 1 })], keyOf))).toEqual([
    { id: 2, value: 1 },
  ]);
});

test("a value that an update leaves out stays", () => {
  const update = { ...told("UPDATE", 1, 0, 1), new: { id: 1 } } as RowChange<Item>;
  expect(listed(withChanges(known({ id: 1, value: 9 }), [update], keyOf))).toEqual([{ id: 1, value: 9 }]);
});

test("digits and a number are the same key", () => {
  const update = toRowChange<Item>({ ...change("UPDATE", { id: 1, value: 2 }, 1), new: { id: "1", value: 2 } });
  expect(listed(withChanges(known({ id: 1, value: 1 }), [update], keyOf))).toHaveLength(1);
});

test("of deletions only the last thousand are remembered", () => {
  const changes = Array.from({ length: 3_000 }, (_, id) => told("DELETE", id, 0, id));
  expect(withChanges(known(), changes, keyOf).gone.size).toBe(1_000);
});

test("a snapshot with a row without a key is none, and a change without one says so", () => {
  expect(knownRows([{ value: 1 } as Item], keyOf)).toBeUndefined();
  expect(saysKey(toRowChange<Item>(change("DELETE", { id: 1, value: 1 }, 1, {})), keyOf)).toBe(false);
});

test("wherever between the changes the snapshot was taken, and whichever of them come twice, the rows are the table's", () => {
  const step = fc.record({ id: fc.integer({ min: 0, max: 4 }), isDelete: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.nat(40),
      fc.nat(40),
      fc.array(fc.tuple(fc.nat(40), fc.nat(40))),
      (steps, lookedAt, flowedAt, repeats) => {
        const table = new Map<number, Item>();
        const log: RowChange<Item>[] = [];
        let snapshot: readonly Item[] = [];
        for (const [at, { id, isDelete }] of steps.entries()) {
          if (at === lookedAt) snapshot = [...table.values()];
          const type = isDelete ? "DELETE" : table.has(id) ? "UPDATE" : "INSERT";
          if (isDelete) table.delete(id);
          else table.set(id, { id, value: at });
          log.push(told(type, id, at, at));
        }
        if (lookedAt >= steps.length) snapshot = [...table.values()];
        // The position is taken before the snapshot; changes from before it may come along.
        const arriving = log.slice(Math.min(flowedAt, lookedAt));
        for (const [from, to] of repeats) {
          const again = arriving[from];
          if (again) arriving.splice(Math.max(from + 1, to), 0, again);
        }
        const split = Math.floor(arriving.length / 2);
        const half = withChanges(known(...snapshot), arriving.slice(0, split), keyOf);
        const rows = listed(withChanges(half, arriving.slice(split), keyOf));
        expect(rows.sort((a, b) => a.id - b.id)).toEqual([...table.values()].sort((a, b) => a.id - b.id));
      },
    ),
    { numRuns: 500 },
  );
});
