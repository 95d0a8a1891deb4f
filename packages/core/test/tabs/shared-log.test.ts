/** What the leader's log says of a position it does not have itself. */
import { describe, expect, test } from "vitest";
import type { IncomingMessage } from "../../src/driver.js";
import { createSharedLog, type SharedLog } from "../../src/tabs/shared-log.js";

const at = (offset: number, epoch = "e") => ({ epoch, offset, id: `m${offset}` });
const message = (offset: number): IncomingMessage => ({
  id: `m${offset}`,
  event: "message",
  data: offset,
  timestampMs: offset,
  position: at(offset),
});

/** Of a leader that joined with the last 50, of which the provider has 6 and 7 only: what was before is older than its history. */
function logFrom6(): SharedLog {
  const log = createSharedLog();
  log.rejoined(undefined, 50, at(7));
  log.append([message(6), message(7)]);
  log.live();
  log.prepend([], false);
  return log;
}

describe("a log that begins after the position of a tab that comes back", () => {
  test("misses nothing where its first message is the very next", () => {
    expect(logFrom6().after(at(5))).toEqual([message(6), message(7)]);
  });

  test("cannot tell what lies between where there is one more", () => {
    expect(logFrom6().after(at(4))).toBeUndefined();
  });

  test("cannot tell for a position of another epoch", () => {
    expect(logFrom6().after(at(5, "old"))).toBeUndefined();
  });

  test("cannot tell where the provider does not count", () => {
    const log = createSharedLog();
    log.append([{ ...message(1), position: { cursor: "b" } }]);
    expect(log.after({ cursor: "a" })).toBeUndefined();
  });
});
