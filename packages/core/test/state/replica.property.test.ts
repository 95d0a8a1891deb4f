/** The reducer against a model: one server that takes, merges, refuses and forgets, and a line that loses answers. */
import { isRealtimeError, MAX_PATCH_OPERATIONS, type StateChange } from "@attune/protocol";
import { applyPatch, overlaps, placesOf } from "@attune/protocol/patch";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  abandoned,
  type Batch,
  batched,
  EMPTY,
  type Known,
  outdated,
  pendingIn,
  received,
  refused,
  type Replica,
  settle,
  type Step,
  stored,
  type Update,
} from "../../src/state/replica.js";

type Doc = { readonly counts: Readonly<Record<string, number>>; readonly list: readonly number[] };

/** The server, as PROTOCOL.md has it. */
class Server {
  epoch = 1;
  changes: StateChange[] = [];
  value: Doc = { counts: { a: 0, b: 0 }, list: [] };
  #answers = new Map<string, number>();

  get known(): Known {
    return { epoch: `e${this.epoch}`, version: this.changes.length, value: this.value };
  }

  take(id: string, { base, patch }: Batch): { readonly version: number } | { readonly last: number | undefined } {
    const answer = this.#answers.get(id);
    if (answer !== undefined) return { version: answer };
    const { epoch } = this.known;
    if (base.epoch !== epoch) return { last: undefined };
    const places = placesOf(patch);
    const since = this.changes.slice(base.version);
    if (since.some((change) => overlaps(placesOf(change.patch), places))) return { last: this.changes.length };
    this.value = applyPatch(this.value, patch) as Doc;
    this.changes.push({ version: this.changes.length + 1, id, patch });
    this.#answers.set(id, this.changes.length);
    return { version: this.changes.length };
  }

  has(id: string): boolean {
    return this.#answers.has(id);
  }

  forget(): void {
    this.epoch += 1;
    this.changes = [];
    this.value = { counts: { a: 0, b: 0 }, list: [] };
    this.#answers.clear();
  }
}

interface Counted extends Update {
  readonly key: "a" | "b" | "list";
}

/** A client: the reducer, and what the shell does around it. */
class Client {
  replica: Replica = EMPTY;
  value: unknown;
  readonly stored: Counted[] = [];
  readonly failed: unknown[] = [];
  made = 0;
  #sequence = 0;
  readonly #name: string;
  readonly #server: Server;

  constructor(name: string, server: Server) {
    this.#name = name;
    this.#server = server;
  }

  #take(step: Step): void {
    this.replica = step.replica;
    this.value = step.value;
    for (const { update, at, error } of step.ended) {
      if (at) this.stored.push(update as Counted);
      else this.failed.push(error);
    }
  }

  join(): void {
    this.hear({ kind: "snapshot", ...this.#server.known });
  }

  /** Hears up to so many changes that it does not have; some that it has come once more. */
  catchUp(count: number): void {
    const { known } = this.replica;
    if (!known) return;
    const from = Math.max(0, known.version - 1);
    const changes = this.#server.changes.slice(from, known.version + count);
    if (known.epoch !== this.#server.known.epoch) this.join();
    else this.hear({ kind: "delta", epoch: known.epoch, from, changes });
  }

  hear(change: Parameters<typeof received>[1]): void {
    const step = received(this.replica, change, (id, { sequence }) => id === `${this.#name}:${sequence}`);
    if (step) this.#take(step);
    else this.join();
  }

  update(key: Counted["key"]): void {
    const n = ++this.made;
    const run = (value: unknown): Doc => {
      const { counts, list } = value as Doc;
      if (key === "list") return { counts, list: [...list, n] };
      return { list, counts: { ...counts, [key]: (counts[key] ?? 0) + 1 } };
    };
    this.#take(settle({ ...this.replica, waiting: [...this.replica.waiting, { key, run } as Counted] }));
  }

  /** Sends what can go, or goes again; the answer may be lost, or be a refusal. */
  send(outcome: "answered" | "lost" | "refused"): void {
    const next = this.replica.batch ? this.replica : batched(this.replica, ++this.#sequence, MAX_PATCH_OPERATIONS);
    if (!next?.batch || next.batch.storedAt) return;
    this.replica = next;
    const { batch } = next;
    // What the server has it does not refuse: a repeat gets its first answer.
    if (outcome === "refused" && !this.#server.has(`${this.#name}:${batch.sequence}`))
      return this.#take(refused(next, "refused"));
    const answer = this.#server.take(`${this.#name}:${batch.sequence}`, batch);
    if (outcome === "lost") return;
    if ("version" in answer) {
      this.#take(stored(next, { epoch: this.#server.known.epoch, version: answer.version }));
    } else this.#take(outdated(next, answer.last ?? 0));
  }
}

const step = fc.record({
  who: fc.nat(2),
  what: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("a" as const, "b" as const, "list" as const) },
    { weight: 4, arbitrary: fc.constant("send" as const) },
    { weight: 2, arbitrary: fc.constantFrom("lost" as const, "refused" as const, "join" as const) },
    { weight: 3, arbitrary: fc.constant("hear" as const) },
  ),
  count: fc.nat(3),
  forgets: fc.integer({ min: 0, max: 60 }),
});

describe("a copy of a shared state", () => {
  test("comes to what the server has, whatever is lost, refused, repeated, merged or forgotten", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.boolean(), (steps, canForget) => {
        const server = new Server();
        const clients = ["ada", "bob", "cat"].map((name) => new Client(name, server));
        for (const client of clients) client.join();
        let isForgetful = false;
        for (const { who, what, count, forgets } of steps) {
          const client = clients[who] as Client;
          if (what === "send") client.send("answered");
          else if (what === "lost" || what === "refused") client.send(what);
          else if (what === "hear") client.catchUp(count);
          else if (what === "join") client.join();
          else client.update(what);
          if (canForget && forgets === 0) {
            isForgetful = true;
            server.forget();
          }
        }
        for (let rounds = 0; clients.some(({ replica }) => pendingIn(replica) || replica.batch); rounds++) {
          expect(rounds).toBeLessThan(2_000);
          for (const client of clients) {
            client.catchUp(Infinity);
            client.send("answered");
          }
        }
        for (const client of clients) {
          client.catchUp(Infinity);
          expect(client.value).toEqual(server.value);
          expect(client.stored.length + client.failed.length).toBe(client.made);
        }
        if (isForgetful) return;
        const stored = clients.flatMap((client) => client.stored);
        for (const key of ["a", "b"] as const) {
          expect(server.value.counts[key]).toBe(stored.filter((update) => update.key === key).length);
        }
        expect(server.value.list).toHaveLength(stored.filter(({ key }) => key === "list").length);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("an update", () => {
  const known: Known = { epoch: "e", version: 3, value: { n: 1 } };
  const add: Update = { run: (value) => ({ n: (value as { n: number }).n + 1 }) };
  const never: Update = {
    run: () => {
      throw new Error("does not fit");
    },
  };

  test("that no longer fits is given up, and what comes after it is shown without it", () => {
    const { value, ended, replica } = settle({ ...EMPTY, known, waiting: [add, never, add] });
    expect(value).toEqual({ n: 3 });
    expect(replica.waiting).toEqual([add, add]);
    expect(ended).toHaveLength(1);
    expect(isRealtimeError(ended[0]?.error, "conflict")).toBe(true);
  });

  test("among several that were refused goes alone, so that the others are not refused with it", () => {
    const waiting = [add, add, add];
    const first = batched({ ...EMPTY, known, waiting }, 1, 10) as Replica;
    expect(first.batch?.updates).toHaveLength(3);
    const second = batched(refused(first, "no").replica, 2, 10) as Replica;
    expect(second.batch?.updates).toEqual([add]);
    const after = refused(second, "no");
    expect(after.ended).toEqual([{ update: add, error: "no" }]);
    expect(after.value).toEqual({ n: 3 });
  });

  test("waits until the version is known that went before it", () => {
    const first = batched({ ...EMPTY, known, waiting: [add] }, 1, 10) as Replica;
    const waits = outdated(first, 5).replica;
    expect(batched(waits, 2, 10)).toBeUndefined();
    const change = (version: number): StateChange => ({
      version,
      id: `x${version}`,
      patch: [{ op: "replace", path: "/n", value: version }],
    });
    const changes = [change(4), change(5)];
    const next = received(waits, { kind: "delta", epoch: "e", from: 3, changes }, () => false) as Step;
    expect(batched(next.replica, 2, 10)?.batch?.patch).toEqual([{ op: "replace", path: "/n", value: 6 }]);
  });

  test("is stored when its change comes back, though the answer never did", () => {
    const sent = batched({ ...EMPTY, known, waiting: [add] }, 1, 10) as Replica;
    const { patch } = sent.batch as Batch;
    const delta = { kind: "delta", epoch: "e", from: 3, changes: [{ version: 4, id: "mine", patch }] } as const;
    const { ended, replica, value } = received(sent, delta, (id) => id === "mine") as Step;
    expect(ended).toEqual([{ update: add, at: { epoch: "e", version: 4 } }]);
    expect(replica.batch).toBeUndefined();
    expect(value).toEqual({ n: 2 });
  });

  test("is not shown twice between its answer and its change", () => {
    const sent = batched({ ...EMPTY, known, waiting: [add] }, 1, 10) as Replica;
    const acked = stored(sent, { epoch: "e", version: 4 });
    expect(acked.value).toEqual({ n: 2 });
    const snapshot = { kind: "snapshot", epoch: "e", version: 4, value: { n: 2 } } as const;
    expect(received(acked.replica, snapshot, () => false)?.value).toEqual({ n: 2 });
  });

  test("given up is no longer shown", () => {
    const { value, ended } = abandoned({ ...EMPTY, known, waiting: [add, add] }, "over");
    expect(value).toEqual({ n: 1 });
    expect(ended).toHaveLength(2);
  });
});

test("a missing version is noticed", () => {
  const known: Known = { epoch: "e", version: 3, value: {} };
  const changes = [{ version: 5, id: "x", patch: [] }];
  for (const delta of [
    { kind: "delta", epoch: "e", from: 4, changes: [] },
    { kind: "delta", epoch: "e", from: 3, changes },
    { kind: "delta", epoch: "other", from: 3, changes: [] },
  ] as const) {
    expect(received({ ...EMPTY, known }, delta, () => false)).toBeUndefined();
  }
  expect(received(EMPTY, { kind: "delta", epoch: "e", from: 0, changes: [] }, () => false)).toBeUndefined();
});
