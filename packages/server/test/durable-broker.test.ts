import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LogPage } from "../src/core.js";
import { A, append, fill, kit, killedCopy, open, pageOf } from "./kit/durable-kit.js";

describe("a durable broker", () => {
  test("stores what waits when it is closed", async () => {
    const broker = open();
    const appending = append(broker.connect(), 1);
    await broker.close();
    expect(await appending).toMatchObject({ outcome: "stored" });
    expect(pageOf(open().connect()).messages).toHaveLength(1);
  });

  test("leaves one file and the count when it is closed", async () => {
    const broker = open();
    await fill(broker.connect(), 1);
    await broker.close();
    expect(readdirSync(join(kit.folder, "data")).sort()).toEqual(["log.db", "tail"]);
  });

  test("delivers to the others when a listener throws, and reports it", async () => {
    const broker = open();
    const [left, right] = [broker.connect(), broker.connect()];
    const heard: number[] = [];
    const listener = { stateChanged: () => {}, rowsChanged: () => {}, signalled: () => {}, ended: () => {} };
    const bad = (): void => {
      throw new Error("a listener that throws");
    };
    await left.open(A, { ...listener, appended: bad });
    await right.open(A, { ...listener, appended: ({ offset }) => void heard.push(offset) });
    expect(await append(left, 1)).toMatchObject({ outcome: "stored" });
    expect(heard).toEqual([1]);
    expect(kit.reported).toHaveLength(1);
  });

  test("uses its file again for what was trimmed", async () => {
    const node = open({ history: { messages: 20 }, dedupe: { producers: 10 } }).connect();
    const say = (n: number) =>
      node.append(A, { id: `${n}`, timestampMs: kit.clock.now(), tail: `,"${"x".repeat(2_000)}"]` });
    await Promise.all(Array.from({ length: 200 }, (_, n) => say(n)));
    const sizeOf = () =>
      statSync(join(kit.folder, "data", "log.db")).size + statSync(join(kit.folder, "data", "log.db-wal")).size;
    for (let group = 0; group < 20; group++) await Promise.all(Array.from({ length: 200 }, (_, n) => say(n)));
    expect(sizeOf()).toBeLessThan(10_000_000);
    expect(pageOf(node).messages).toHaveLength(20);
  });

  test("forgets the ends of channels long unused past their bound, and then no channel goes back", async () => {
    const broker = open({ ends: 2, history: { ageMs: 1_000 } });
    const node = broker.connect();
    let ends = 0;
    const listener = { appended: () => {}, stateChanged: () => {}, rowsChanged: () => {}, signalled: () => {} };
    await node.open("public:new", { ...listener, ended: () => void ends++ });
    const epochOf = (channel: string) => (node.read(channel, { after: 0, limit: 1 }) as LogPage).position.epoch;
    const [oldEpoch] = [epochOf("public:new")];
    for (const channel of ["public:1", "public:2", "public:3"]) {
      await append(node, 1, channel);
      await kit.clock.advance(1);
    }
    await kit.clock.advance(120_000);
    expect(epochOf("public:3")).toBe(oldEpoch);
    expect(epochOf("public:1")).not.toBe(oldEpoch);
    expect(epochOf("public:new")).not.toBe(oldEpoch);
    expect(ends).toBe(1);
    expect((node.read("public:1", { after: 0, limit: 1 }) as LogPage).position.offset).toBe(0);
    const again = open({ path: killedCopy("copy"), ends: 2 }).connect();
    expect((again.read("public:1", { after: 0, limit: 1 }) as LogPage).position.epoch).toBe(epochOf("public:1"));
  });
});
