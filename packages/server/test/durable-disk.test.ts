import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SqlDatabase } from "../src/broker/durable/sql-database.js";
import type { BrokerNode } from "../src/core.js";
import { A, append, kit, killedCopy, open, openLibsql, pageOf, refusal } from "./kit/durable-kit.js";
import { createWorld } from "./kit/world.js";

describe("a disk that fails", () => {
  /** A database that does what it is told, until it is told to fail. */
  function failing(): { open: (file: string) => SqlDatabase; at: string | undefined; commits: number } {
    const control = {
      at: undefined as string | undefined,
      commits: 0,
      open(file: string): SqlDatabase {
        const inner = openLibsql(file);
        const check = (sql: string): void => {
          if (control.at !== undefined && sql.startsWith(control.at)) {
            throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
          }
        };
        return {
          exec(sql) {
            check(sql);
            if (sql === "COMMIT") control.commits++;
            return inner.exec(sql);
          },
          prepare(sql) {
            const statement = inner.prepare(sql);
            return {
              get: (...values) => statement.get(...values),
              all: (...values) => statement.all(...values),
              run(...values) {
                check(sql);
                return statement.run(...values);
              },
            };
          },
          close: () => inner.close(),
        };
      },
    };
    return control;
  }

  const listenTo = (node: BrokerNode): number[] => {
    const heard: number[] = [];
    void node.open(A, {
      appended: ({ offset }) => heard.push(offset),
      stateChanged: () => {},
      rowsChanged: () => {},
      signalled: () => {},
      ended: () => {},
    });
    return heard;
  };

  test.each(["BEGIN", "INSERT INTO messages", "INSERT INTO results", "UPDATE logs", "COMMIT"])(
    "refuses a message when %s fails, delivers nothing, and stores it once there is room",
    async (at) => {
      const control = failing();
      const node = open({}, control).connect();
      const heard = listenTo(node);
      await append(node, 1);
      control.at = at;
      for (const sequence of [2, 2]) {
        await expect(append(node, sequence)).rejects.toMatchObject({
          code: "storage-failed",
          retryable: true,
          details: { reason: "full" },
        });
      }
      expect(heard).toEqual([1]);
      expect(pageOf(node).position.offset).toBe(1);
      expect(kit.reported).toHaveLength(1);
      control.at = undefined;
      expect(await append(node, 2)).toMatchObject({ outcome: "stored", isRepeat: false, position: { offset: 2 } });
      expect(await append(node, 3)).toMatchObject({ outcome: "stored", position: { offset: 3 } });
      expect(heard).toEqual([1, 2, 3]);
      const again = pageOf(open({ path: killedCopy("copy") }).connect());
      expect(again.messages.map(({ offset }) => offset)).toEqual([1, 2, 3]);
    },
  );

  test("refuses a whole group, or none of it", async () => {
    const control = failing();
    const node = open({}, control).connect();
    control.at = "COMMIT";
    const answers = await Promise.allSettled([append(node, 1), append(node, 2), append(node, 3, "public:b")]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(pageOf(node).messages).toEqual([]);
  });

  test("makes nobody forgotten for producers that it did not take", async () => {
    const control = failing();
    const node = open({ dedupe: { producers: 2 } }, control).connect();
    const say = async (producer: string) => {
      const link = { owner: "ada", producer, sequence: 1, previous: 0 };
      return node.append(A, { id: producer, timestampMs: kit.clock.now(), tail: `,"${producer}"]`, link });
    };
    await say("p1");
    control.at = "COMMIT";
    for (const producer of ["p2", "p3", "p4"]) await expect(say(producer)).rejects.toMatchObject({ retryable: true });
    control.at = undefined;
    await say("p5");
    expect(await say("p1")).toMatchObject({ isRepeat: true });
  });

  test("lets no more producers be remembered because of sweeps that came to nothing", async () => {
    const control = failing();
    const node = open({ dedupe: { producers: 5, windowMs: 1_000 } }, control).connect();
    await node.readState(A, "{}");
    let version = 0;
    const { epoch } = (await node.readState(A)) as { epoch: string };
    const write = async (producer: string) => {
      const link = { owner: "ada", producer, sequence: 1 };
      await node.append(A, { id: producer, timestampMs: 1, tail: `,"${producer}"]`, link: { ...link, previous: 0 } });
      const change = { base: { epoch, version: version++ }, json: "{}", change: "[]" };
      expect(await node.writeState(A, { ...change, link })).toMatchObject({ outcome: "stored" });
    };
    for (let n = 0; n < 5; n++) await write(`old-${n}`);
    control.at = "COMMIT";
    for (let times = 0; times < 4; times++) await kit.clock.advance(60_000);
    expect(kit.reported.length).toBeGreaterThan(0);
    control.at = undefined;
    for (let n = 0; n < 20; n++) await write(`new-${n}`);
    const database = openLibsql(join(killedCopy("copy"), "log.db"));
    const counts = ["chains", "state_results"].map((table) =>
      database.prepare(`SELECT count(*) AS count FROM ${table}`).get(),
    );
    database.close();
    expect(counts).toMatchObject([{ count: 5 }, { count: 5 }]);
  });

  test("is written once for all that one turn brings in", async () => {
    const control = failing();
    const node = open({}, control).connect();
    const before = control.commits;
    await Promise.all(Array.from({ length: 100 }, (_, index) => append(node, index + 1)));
    expect(control.commits - before).toBe(1);
    expect(pageOf(node).position.offset).toBe(100);
  });

  test("makes a client's message wait, and no longer than it lasts", async () => {
    const control = failing();
    const world = createWorld({ broker: open({}, control) }, kit.clock);
    const ada = await world.join("ada");
    await ada.sub(A);
    control.at = "COMMIT";
    ada.send({ t: "pub", c: A, p: "p1", s: 1, b: 0, n: "m", d: 1 });
    await expect.poll(() => ada.frames.at(-1)).toMatchObject({ t: "nack", s: 1, code: "storage-failed" });
    control.at = undefined;
    ada.send({ t: "pub", c: A, p: "p1", s: 1, b: 0, n: "m", d: 1 });
    await expect.poll(() => ada.frames.some((frame) => frame.t === "ack" && frame.s === 1)).toBe(true);
    await kit.clock.advance(10);
    expect(ada.offsets(A)).toEqual([1]);
  });

  test("says so also to who reads", async () => {
    const broker = open();
    const node = broker.connect();
    await broker.close();
    await expect(append(node, 1)).rejects.toMatchObject({ code: "storage-failed", details: { reason: "closed" } });
    expect(refusal(() => pageOf(node))).toMatchObject({ code: "storage-failed" });
  });
});
