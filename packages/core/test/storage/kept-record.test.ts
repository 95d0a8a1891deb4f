import type { OutboxRecord } from "@attune/core";
import { fromKept, toKept } from "@attune/core/storage";
import { describe, expect, test } from "vitest";
import { NEWS } from "../support/world.js";

describe("a kept record", () => {
  const record: OutboxRecord = {
    id: "p:1",
    channel: NEWS,
    event: "headline",
    data: { text: "hello", list: [1, null] },
    producer: "p",
    sequence: 1,
    state: "queued",
    userId: "ada",
    createdAtMs: 1_000,
    isKept: true,
  };

  test("comes back as it was, through JSON", () => {
    for (const each of [record, { ...record, userId: null }, { ...record, state: "sending" as const }])
      expect(fromKept(JSON.parse(JSON.stringify(toKept(each))))).toEqual(each);
    expect(fromKept(toKept({ ...record, userId: undefined, data: undefined }))?.data).toBe(null);
    // A clock that counts in fractions of a millisecond.
    expect(fromKept(toKept({ ...record, createdAtMs: 1_000.4 }))?.createdAtMs).toBe(1_000);
  });

  test("of any other shape is none", () => {
    const kept = toKept(record);
    const broken: unknown[] = [
      ...[null, 1, "text", [], {}],
      { ...kept, version: 2 },
      { ...kept, id: "q:1" },
      { ...kept, sequence: 0 },
      { ...kept, sequence: 1.5 },
      { ...kept, createdAtMs: "now" },
      { ...kept, channel: "" },
      { ...kept, event: undefined },
      { ...kept, producer: 7 },
      { ...kept, userId: 7 },
      { ...kept, data: "{" },
      { ...kept, data: { text: "hello" } },
      { ...kept, state: "sent" },
      { ...kept, state: "failed" },
      { ...kept, state: "failed", error: { code: "nonsense" } },
    ];
    for (const each of broken) expect(fromKept(each)).toBe(undefined);
  });
});
