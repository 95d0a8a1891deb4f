import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BrokerNode,
  createMemoryBroker,
  type MemoryBrokerOptions,
  type StateResult,
  type StateVersion,
  type StoredChange,
  type StoredState,
} from "../src/core.js";
import { ManualClock } from "./kit/manual-clock.js";
import { createEnv } from "./kit/world.js";

const A = "public:a";

function setUp(options: Omit<MemoryBrokerOptions, "env"> = {}) {
  const clock = new ManualClock();
  const broker = createMemoryBroker({ env: createEnv(clock), ...options });
  const [one, two] = [broker.connect(), broker.connect()];
  function listen(node: BrokerNode, channel = A): StoredChange[] {
    const heard: StoredChange[] = [];
    const nothing = (): void => {};
    void node.open(channel, {
      appended: nothing,
      stateChanged: (change) => void heard.push(change),
      rowsChanged: nothing,
      signalled: nothing,
      ended: nothing,
    });
    return heard;
  }
  const write = (base: StateVersion, json: string, sequence?: number, node = one, channel = A): StateResult =>
    node.writeState(channel, {
      base,
      json,
      change: `[${base.version + 1},${json}]`,
      ...(sequence === undefined ? {} : { link: { owner: "ada", producer: "p1", sequence } }),
    }) as StateResult;
  const begin = (json = "0", channel = A): StoredState => one.readState(channel, json) as StoredState;
  return { clock, one, two, listen, write, begin };
}

describe("a shared state in memory", () => {
  test("is begun once, whoever begins it", () => {
    const { one, two } = setUp();
    expect(one.readState(A)).toBeUndefined();
    const begun = one.readState(A, "1") as StoredState;
    expect(begun).toMatchObject({ version: 0, json: "1" });
    expect(two.readState(A, "2")).toEqual(begun);
    expect(two.readState(A)).toEqual(begun);
  });

  test("takes the next version only from the last one, and tells every node", () => {
    const { one, two, listen, write, begin } = setUp();
    const base = begin();
    const heard = [listen(one), listen(two)];
    expect(write(base, "1")).toMatchObject({ outcome: "stored", at: { version: 1 }, isRepeat: false });
    expect(write(base, "2", undefined, two)).toEqual({ outcome: "conflict", at: { epoch: base.epoch, version: 1 } });
    expect(write({ epoch: "another", version: 1 }, "2")).toMatchObject({ outcome: "conflict" });
    expect(write(base, "1", 1, one, "public:none")).toEqual({ outcome: "conflict", at: undefined });
    for (const changes of heard) expect(changes).toEqual([{ epoch: base.epoch, version: 1, json: "[1,1]" }]);
    expect(two.readState(A)).toEqual({ epoch: base.epoch, version: 1, json: "1" });
  });

  test("answers a repeat as it did at first, also after other changes, and never stores it again", () => {
    const { one, two, listen, write, begin } = setUp();
    const base = begin();
    const heard = listen(one);
    const at = { epoch: base.epoch, version: 1 };
    const link = { owner: "ada", producer: "p1", sequence: 3 };
    expect(two.recallState(A, link)).toBeUndefined();
    write(base, "1", 3);
    write(at, "2");
    expect(write(base, "1", 3, two)).toEqual({ outcome: "stored", at, isRepeat: true });
    expect(two.recallState(A, link)).toEqual({ outcome: "stored", at, isRepeat: true });
    expect(write({ ...base, version: 2 }, "9", 2)).toEqual({ outcome: "outcome-unknown" });
    expect(one.recallState(A, { ...link, owner: "bob" })).toBeUndefined();
    expect(heard.map(({ version }) => version)).toEqual([1, 2]);
  });

  test("forgets results after a day", async () => {
    const { one, clock, write, begin } = setUp();
    write(begin(), "1", 1);
    const link = { owner: "ada", producer: "p1", sequence: 1 };
    await clock.advance(86_400_000);
    expect(one.recallState(A, link)).toBeDefined();
    await clock.advance(1);
    expect(one.recallState(A, link)).toBeUndefined();
  });

  test("is bounded: the longest unused goes, unless somebody is on it, and comes back under a new epoch", () => {
    const { one, listen, begin } = setUp({ states: { chars: 20 } });
    const first = begin('"12345678"', "public:first");
    listen(one, "public:open");
    begin('"1234567"', "public:open");
    begin('"12"', "public:last");
    expect(one.readState("public:first")).toBeUndefined();
    expect(one.readState("public:open")).toBeDefined();
    expect(one.readState("public:last")).toBeDefined();
    expect(begin("0", "public:first").epoch).not.toBe(first.epoch);
  });

  test("counts up without holes, in the same order everywhere, whatever nodes race", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(3), fc.integer({ min: 1, max: 6 }))), (steps) => {
        const { one, two, listen, write, begin } = setUp();
        const { epoch } = begin();
        const heard = [listen(one), listen(two)];
        const stored = new Map<number, number>();
        for (const [isTwo, behind, sequence] of steps) {
          const { version } = one.readState(A) as StoredState;
          const base = { epoch, version: Math.max(0, version - behind) };
          const result = write(base, `${version}`, sequence, isTwo ? two : one);
          if (result.outcome === "stored" && result.isRepeat) expect(stored.get(sequence)).toBe(result.at.version);
          else if (result.outcome === "stored") stored.set(sequence, result.at.version);
        }
        expect(heard[0]).toEqual(heard[1]);
        expect(heard[0]?.map(({ version }) => version)).toEqual([...stored.values()]);
        expect([...stored.values()]).toEqual(stored.size ? [...stored.values()].map((_, index) => index + 1) : []);
      }),
    );
  });
});
