/** Which rows are shown, whatever comes in whichever order. */
import { isRealtimeError } from "@attune/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { change, livePostgresWorld, postgresWorld } from "./postgres-world.js";

test("changes that come while the rows are read are put on top of them", async () => {
  const world = postgresWorld();
  world.source.$rows.listen(() => {});
  world.table.set(1, { id: 1, value: 1 });
  await world.flow();
  world.look();
  world.commit("UPDATE", { id: 1, value: 2 });
  world.commit("INSERT", { id: 2, value: 2 });
  await world.deliver();
  expect(world.status).toBe("loading");
  await world.answer();
  expect(world.rows).toEqual([
    { id: 1, value: 2 },
    { id: 2, value: 2 },
  ]);
});

test.each([
  ["an Error", () => Promise.reject(new Error("JWT expired")), "auth-failed"],
  [
    "an answer of supabase-js",
    async () => ({ data: null, error: { message: "permission denied for table items" } }),
    "forbidden",
  ],
  [
    "something thrown at once",
    () => {
      throw new Error("boom");
    },
    "internal-error",
  ],
  ["a row without a key", async () => [{ value: 1 }] as never, "invalid-option"],
] as const)("a read that fails with %s is told, and tried again", async (_, read, code) => {
  let reads = 0;
  const world = postgresWorld({
    read() {
      reads += 1;
      return reads === 1 ? (read() as never) : Promise.resolve([{ id: 3, value: 3 }]);
    },
  });
  world.source.$rows.listen(() => {});
  await world.flow();
  const { error, status } = world.source.$rows.value ?? {};
  expect(status).toBe("loading");
  expect(isRealtimeError(error, code)).toBe(true);
  await world.clock.advance(1_000);
  expect(world.source.$rows.value).toEqual({ status: "live", rows: [{ id: 3, value: 3 }], error: undefined });
  expect(reads).toBe(2);
});

test("a failed read has its cause", async () => {
  const world = postgresWorld();
  world.source.$rows.listen(() => {});
  await world.flow();
  const cause = new Error("fetch failed");
  await world.failRead(cause);
  expect(world.source.$rows.value?.error?.cause).toBe(cause);
});

test("a read without an answer is given up after 30 s, and its late answer ignored", async () => {
  const world = postgresWorld();
  world.source.$rows.listen(() => {});
  await world.flow();
  await world.clock.advance(30_000);
  expect(world.source.$rows.value).toMatchObject({ status: "loading", error: { code: "timeout" } });
  expect(world.reads[0]?.signal.aborted).toBe(true);
  world.reads[0]?.resolve([{ id: 9, value: 9 }]);
  await world.clock.advance(1_000);
  await world.answer();
  expect(world.source.$rows.value).toMatchObject({ status: "live", rows: [] });
});

test("a second loss during the read: the answer of the first is ignored", async () => {
  const world = await livePostgresWorld();
  await world.lose();
  await world.clock.advance(1_000);
  await world.flow();
  const [, first] = world.reads;
  await world.lose();
  expect(first?.signal.aborted).toBe(true);
  first?.resolve([{ id: 9, value: 9 }]);
  await world.clock.advance(2_000);
  await world.flow();
  first?.reject(new Error("late"));
  await world.answer();
  expect(world.source.$rows.value).toEqual({ status: "live", rows: [{ id: 1, value: 1 }], error: undefined });
});

test("stopped during the join, it leaves, and is not started again", async () => {
  const world = postgresWorld();
  world.source.$rows.listen(() => {});
  world.source.stop();
  await world.settle();
  expect(world.made).toHaveLength(0);
  world.source.on("*", () => {});
  await world.clock.advance(60_000);
  expect(world.made).toHaveLength(0);
  expect(world.clock.pendingTimers).toBe(0);
});

test("stopped during the read, it leaves, and the answer is ignored", async () => {
  const world = postgresWorld();
  world.source.$rows.listen(() => {});
  await world.flow();
  const { channel } = world;
  world.source.stop();
  expect(world.isJoined).toBe(false);
  world.table.set(1, { id: 1, value: 1 });
  await world.answer();
  channel.status("CLOSED");
  channel.tell(change("INSERT", { id: 2, value: 2 }, 1));
  channel.say({ extension: "postgres_changes", status: "ok" });
  await world.clock.advance(60_000);
  expect(world.source.$rows.value).toEqual({ status: "loading", rows: [], error: undefined });
  expect(world.made).toHaveLength(1);
  expect(world.clock.pendingTimers).toBe(0);
});

test("a change without its row is not believed: the rows are read again, a second later", async () => {
  const world = await livePostgresWorld();
  const heard: unknown[] = [];
  world.source.on("*", (told) => heard.push(told));
  world.table.set(1, { id: 1, value: 2 });
  const torn = {
    ...change("UPDATE", { id: 1, value: 0 }, 1),
    new: { id: 1 },
    errors: ["Error 413: Payload Too Large"],
  };
  world.channel.tell(torn);
  expect(world.source.$rows.value).toMatchObject({
    status: "stale",
    rows: [{ id: 1, value: 1 }],
    error: { code: "payload-too-large" },
  });
  await world.clock.advance(1_000);
  // One that comes during the read may not be in it.
  world.channel.tell(torn);
  await world.answer();
  expect(world.status).toBe("stale");
  await world.clock.advance(2_000);
  await world.answer();
  expect(world.source.$rows.value).toEqual({ status: "live", rows: [{ id: 1, value: 2 }], error: undefined });
  expect(heard).toEqual([]);
});

test("a delete that does not say the key makes the rows be read again", async () => {
  const world = await livePostgresWorld();
  world.table.clear();
  world.channel.tell(change("DELETE", { id: 1, value: 1 }, 1, { value: 1 }));
  await world.clock.advance(1_000);
  await world.answer();
  expect(world.source.$rows.value).toMatchObject({ status: "live", rows: [] });
});

test("listeners get the changes they asked for, when $rows has them, and one that throws stops no other", async () => {
  const world = await livePostgresWorld();
  const heard: string[] = [];
  const failure = new Error("mine");
  world.source.on("insert", () => {
    throw failure;
  });
  world.source.on("insert", (told) => heard.push(`insert ${told.new.value} ${world.rows?.length}`));
  world.source.on("update", (told) => heard.push(`update ${told.old.id} ${told.new.value}`));
  const end = world.source.on("delete", (told) => heard.push(`delete ${told.old.id}`));
  world.source.on("*", ({ type, commitTimestamp }) => heard.push(`* ${type} ${typeof commitTimestamp}`));
  world.commit("INSERT", { id: 2, value: 2 });
  world.commit("UPDATE", { id: 2, value: 3 });
  await world.deliver();
  end();
  world.commit("DELETE", { id: 2, value: 3 });
  await world.deliver();
  expect(heard).toEqual(["insert 2 2", "* insert string", "update 2 3", "* update string", "* delete string"]);
  expect(world.reported).toEqual([failure]);
});

test("whatever the order of changes, losses and reads, when all is quiet the rows are the table's", async () => {
  const id = fc.integer({ min: 0, max: 4 });
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("UPDATE" as const, "DELETE" as const), id }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("deliver" as const), count: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("flow" as const), lag: fc.nat(4) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("look" as const, "answer" as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("fail" as const, "resubscribe" as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("stray" as const), which: fc.nat(20) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("CLOSED" as const, "CHANNEL_ERROR" as const, "TIMED_OUT" as const) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 40_000 }) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const world = postgresWorld();
      world.source.$rows.listen(() => {});
      let value = 0;
      for (const each of steps) {
        await world.settle();
        if (each.do === "UPDATE" || each.do === "DELETE") world.commit(each.do, { id: each.id, value: (value += 1) });
        else if (each.do === "deliver") await world.deliver(each.count);
        else if (each.do === "flow") await world.flow(each.lag);
        else if (each.do === "look") world.look();
        else if (each.do === "answer") await world.answer();
        else if (each.do === "fail") await world.failRead();
        else if (each.do === "wait") await world.clock.advance(each.ms);
        else if (each.do === "stray") await world.answerStray(each.which);
        else if (each.do === "resubscribe") world.resubscribe();
        else await world.lose(each.do);
      }
      for (let round = 0; round < 5 && world.status !== "live"; round += 1) {
        await world.clock.advance(31_000);
        await world.flow();
        await world.answer();
      }
      await world.deliver();
      expect(world.status).toBe("live");
      const byId = (a: { id: number }, b: { id: number }) => a.id - b.id;
      expect([...(world.rows ?? [])].sort(byId)).toEqual([...world.table.values()].sort(byId));
      world.source.stop();
      expect(world.clock.pendingTimers).toBe(0);
    }),
    { numRuns: 300 },
  );
});
