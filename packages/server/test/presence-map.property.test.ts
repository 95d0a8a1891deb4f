import type { PresenceStatus } from "@attune/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PresenceMap, type PresenceSnapshot, type PresenceStep } from "../src/presence/presence-map.js";
import type { PresenceRow } from "../src/presence/presence-row.js";

const user = (n: number) => ({ userId: `u${n}`, name: `U${n}` });

/** A replica that knows only a snapshot and the steps after it. */
class Replica {
  readonly rows = new Map<string, PresenceRow>();
  #revision: number;

  constructor(snapshot: PresenceSnapshot) {
    this.#revision = snapshot.revision;
    for (const row of snapshot.rows) this.rows.set(row.entry.connectionId, row);
  }

  apply({ from, revision, set, removed }: PresenceStep): void {
    expect(from).toBe(this.#revision);
    this.#revision = revision;
    for (const row of set) this.rows.set(row.entry.connectionId, row);
    for (const id of removed) expect(this.rows.delete(id)).toBe(true);
  }

  get users(): Set<string> {
    return new Set([...this.rows.values()].map(({ entry }) => entry.user.userId));
  }
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant("set" as const),
    connection: fc.nat(5),
    status: fc.constantFrom<PresenceStatus>("online", "away"),
  }),
  fc.record({ kind: fc.constant("remove" as const), connection: fc.nat(5) }),
  fc.record({ kind: fc.constant("put" as const), connection: fc.integer({ min: 6, max: 8 }), joinedAtMs: fc.nat(50) }),
  fc.constant({ kind: "flush" as const }),
  fc.constant({ kind: "snapshot" as const }),
);

describe("the presence map", () => {
  test("is what anyone gets who replays the steps on any snapshot", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 80, size: "max" }), (steps) => {
        const map = new PresenceMap();
        const replicas: Replica[] = [];
        const late: { snapshot: PresenceSnapshot }[] = [];
        steps.forEach((next, nowMs) => {
          // Connections 0, 3 and 6 are one user's, and so on.
          if (next.kind === "set")
            map.set(`c${next.connection}`, user(next.connection % 3), { status: next.status }, 100 + nowMs);
          if (next.kind === "remove") map.remove(`c${next.connection}`);
          if (next.kind === "put") {
            const { connection, joinedAtMs } = next;
            map.put({
              connectionId: `c${connection}`,
              user: user(connection % 3),
              state: { status: "busy" },
              joinedAtMs,
              updatedAtMs: nowMs,
            });
          }
          if (next.kind === "snapshot") {
            replicas.push(new Replica(map.snapshot()));
            late.push({ snapshot: map.snapshot() });
          }
          if (next.kind === "flush") {
            const step = map.flush();
            expect(map.hasPending).toBe(false);
            if (step) for (const replica of replicas) replica.apply(step);
            if (step) expect(step.set.length + step.removed.length).toBeGreaterThan(0);
          }
        });
        const step = map.flush();
        if (step) for (const replica of replicas) replica.apply(step);
        const truth = new Map(map.snapshot().rows.map((row) => [row.entry.connectionId, row]));
        for (const replica of replicas) expect(replica.rows).toEqual(truth);
        for (const { snapshot } of late) {
          const replica = new Replica(snapshot);
          const missed = map.stepFrom(snapshot);
          if (missed) replica.apply(missed);
          expect(replica.rows).toEqual(truth);
        }
        const joined = new Map<string, Set<number>>();
        for (const { entry } of truth.values())
          joined.set(entry.user.userId, (joined.get(entry.user.userId) ?? new Set()).add(entry.joinedAtMs));
        for (const times of joined.values()) expect(times.size).toBe(1);
      }),
      { numRuns: 500 },
    );
  });

  test("never shows a user as gone while one of its connections stays", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const map = new PresenceMap();
        map.set("anchor", user(0), { status: "online" }, 1);
        map.flush();
        const replica = new Replica(map.snapshot());
        steps.forEach((next, nowMs) => {
          if (next.kind === "set") map.set(`c${next.connection}`, user(0), { status: next.status }, 100 + nowMs);
          if (next.kind === "remove") map.remove(`c${next.connection}`);
          const step = next.kind === "flush" ? map.flush() : undefined;
          if (step) replica.apply(step);
          expect(replica.users).toEqual(new Set(["u0"]));
          for (const { entry } of replica.rows.values()) expect(entry.joinedAtMs).toBe(1);
        });
      }),
    );
  });

  test("makes no step of changes that cancel out", () => {
    const map = new PresenceMap();
    map.set("c1", user(1), { status: "online" }, 1);
    map.set("c2", user(2), { status: "online" }, 1);
    map.flush();
    map.set("c1", user(1), { status: "away" }, 2);
    map.set("c1", user(1), { status: "online" }, 3);
    map.set("c3", user(3), { status: "online" }, 3);
    map.remove("c3");
    expect(map.flush()).toBeUndefined();
    expect(map.set("c2", user(2), { status: "online" }, 9)).toBeUndefined();
    expect(map.hasPending).toBe(false);
  });
});
