import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fill, kit, open, openLibsql, pageOf, refusal } from "./kit/durable-kit.js";

describe("opening a durable broker", () => {
  test("is refused while another has the directory, and works once that one is closed", async () => {
    const first = open();
    await fill(first.connect(), 1);
    const error = refusal(() => open());
    expect(error).toMatchObject({ code: "storage-failed", retryable: true, details: { reason: "locked" } });
    expect(error.hint).toMatch(/other process/);
    await first.close();
    expect(pageOf(open().connect()).messages).toHaveLength(1);
  });

  test.each([
    ["a newer version", "PRAGMA user_version = 2", "newer"],
    ["an older version", "PRAGMA user_version = 0", "older"],
    ["another program", "PRAGMA application_id = 1", "foreign"],
  ])("is refused for a file of %s, which stays as it is", async (_, change, reason) => {
    const first = open();
    await fill(first.connect(), 1);
    await first.close();
    const file = join(kit.folder, "data", "log.db");
    const other = openLibsql(file);
    other.exec(change);
    other.close();
    const before = readFileSync(file);
    const error = refusal(() => open());
    expect(error).toMatchObject({ code: "storage-corrupt", retryable: false, details: { reason } });
    expect(error.hint).toBeTruthy();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("is refused for a file that is no database", () => {
    const path = join(kit.folder, "data");
    open().close();
    writeFileSync(join(path, "log.db"), "no database ".repeat(1_000));
    expect(refusal(() => open())).toMatchObject({ code: "storage-corrupt", details: { reason: "corrupt" } });
  });

  test("never crashes on a damaged file: it says so, or serves what is sound", async () => {
    const first = open();
    await fill(first.connect(), 200);
    await first.close();
    const file = join(kit.folder, "data", "log.db");
    const sound = readFileSync(file);
    let refused = 0;
    for (let at = 0; at < sound.length; at += 1_777) {
      const damaged = Buffer.from(sound);
      damaged.fill(0xa5, at, at + 300);
      writeFileSync(file, damaged);
      try {
        const broker = open();
        pageOf(broker.connect());
        await broker.close();
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^storage-/) });
        refused++;
        // What could not be closed keeps its lock: the next one gets a directory of its own.
        rmSync(join(kit.folder, "data"), { recursive: true, force: true });
        open().close();
      }
    }
    expect(refused).toBeGreaterThan(0);
  });

  test("is refused where no directory can be", () => {
    writeFileSync(join(kit.folder, "file"), "");
    const error = refusal(() => open({ path: join(kit.folder, "file", "data") }));
    expect(error).toMatchObject({ code: "storage-failed", details: { reason: "denied" } });
  });

  test("can be tried again after it was refused by a full disk", () => {
    const full = (): never => {
      throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    };
    expect(refusal(() => open({}, { open: full }))).toMatchObject({ retryable: true, details: { reason: "full" } });
    expect(pageOf(open().connect()).messages).toEqual([]);
  });
});
