import { cpSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DurableBroker, DurableBrokerOptions } from "../src/durable.js";
import { A, append, fill, kit, killedCopy, open, pageOf } from "./kit/durable-kit.js";

describe("the end of a durable log", () => {
  /** @returns whether the log is in the same epoch when it is opened again */
  async function epochAfter(options: Partial<DurableBrokerOptions>, boot: string, isClosed = false): Promise<boolean> {
    const first = open(options);
    const node = first.connect();
    await fill(node, 3);
    const { epoch } = pageOf(node).position;
    if (isClosed) await first.close();
    const page = pageOf(open({ ...options, path: killedCopy(`copy-${kit.opened.length}`) }, { boot }).connect());
    expect(page.messages).toHaveLength(3);
    expect(page.position.offset).toBe(3);
    return page.position.epoch === epoch;
  }

  test("is trusted after a killed process", async () => {
    expect(await epochAfter({}, "boot-1")).toBe(true);
    expect(kit.reported).toEqual([]);
  });

  test("is not trusted after a loss of power, and the operator hears why", async () => {
    expect(await epochAfter({}, "boot-2")).toBe(false);
    expect(kit.reported).toMatchObject([{ error: { code: "storage-corrupt", details: { reason: "unproved" } } }]);
  });

  test.each([
    ["when each commit was synced", { sync: "full" }, false],
    ["when the log was closed before", {}, true],
  ] as const)("is trusted after a loss of power %s", async (_, options, isClosed) => {
    expect(await epochAfter(options, "boot-2", isClosed)).toBe(true);
  });

  test("begins a new epoch of a shared state as well, when it is not trusted", async () => {
    const node = open().connect();
    const state = await node.readState(A, "1");
    const again = await open({ path: killedCopy("copy") }, { boot: "boot-2" })
      .connect()
      .readState(A, "2");
    expect(again.json).toBe("1");
    expect(again.epoch).not.toBe(state.epoch);
  });

  test("tells boots apart by their beginning, where the kernel gives no id", async () => {
    const node = open({}, { boot: "at:1000000" }).connect();
    await fill(node, 1);
    const { epoch } = pageOf(node).position;
    const near = pageOf(open({ path: killedCopy("near") }, { boot: "at:1004000" }).connect());
    const far = pageOf(open({ path: killedCopy("far") }, { boot: "at:1020000" }).connect());
    expect([near.position.epoch === epoch, far.position.epoch === epoch]).toEqual([true, false]);
  });

  test("is there after a torn write, or a new epoch says that it is not: the log never goes back", async () => {
    const broker = open();
    const node = broker.connect();
    await fill(node, 40);
    const { position } = pageOf(node);
    const path = killedCopy("killed");
    const size = statSync(join(path, "log.db-wal")).size;
    let torn = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(size), fc.boolean(), async (cut, isGarbage) => {
        const copy = join(kit.folder, `torn-${torn++}`);
        cpSync(path, copy, { recursive: true });
        const wal = join(copy, "log.db-wal");
        if (isGarbage) {
          const bytes = readFileSync(wal);
          bytes.fill(0x5a, cut, Math.min(cut + 100, size));
          writeFileSync(wal, bytes);
        } else {
          truncateSync(wal, cut);
        }
        let again: DurableBroker;
        try {
          again = open({ path: copy });
        } catch (error) {
          expect(error).toMatchObject({ code: "storage-corrupt" });
          return;
        }
        const page = pageOf(again.connect());
        const isWhole = page.position.offset === position.offset && page.messages.length === 40;
        expect(isWhole || page.position.epoch !== position.epoch).toBe(true);
        const ids = page.messages.map(({ offset, id }) => [offset, id]);
        expect(ids).toEqual(ids.map((_, index) => [index + 1, `ada:p:${index + 1}`]));
        await again.close();
      }),
      { numRuns: 40 },
    );
  });

  test("goes on in its epoch when only what was never acknowledged is torn off", async () => {
    const broker = open();
    const node = broker.connect();
    await fill(node, 10);
    const { position } = pageOf(node);
    const acked = readFileSync(join(kit.folder, "data", "tail"));
    const walSize = statSync(join(kit.folder, "data", "log.db-wal")).size;
    await append(node, 11);
    const path = killedCopy("killed");
    // As if the process had been killed while the eleventh was being written.
    writeFileSync(join(path, "tail"), acked);
    truncateSync(join(path, "log.db-wal"), walSize + 1_000);
    expect(pageOf(open({ path }).connect()).position).toEqual(position);
  });
});
