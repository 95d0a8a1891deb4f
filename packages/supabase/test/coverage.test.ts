import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCovered, REPLAY_LIMIT, REPLAY_WINDOW_MS } from "../src/coverage.js";

const page = (from: number, count: number) => Array.from({ length: count }, (_, index) => `${from + index}`);
/** For a short loss, after these. */
const covers = (replayed: readonly string[], ...ids: string[]) =>
  isCovered(replayed, ids.length > 0, (id) => ids.includes(id), 0);

describe("what is replayed covers a loss", () => {
  test("when it reaches back to something that was had", () => {
    expect(covers(page(1, REPLAY_LIMIT), "2")).toBe(true);
    expect(covers(page(1, 3), "1")).toBe(true);
  });

  test("not when all of it is new", () => {
    expect(covers(page(1, REPLAY_LIMIT), "0")).toBe(false);
  });

  test("not when only the oldest of a full page was had, which another may have arrived before", () => {
    expect(covers(page(1, REPLAY_LIMIT), "1")).toBe(false);
  });

  test("not when what was had is not in it: then the server does not store messages", () => {
    expect(covers([], "1")).toBe(false);
    expect(covers(page(5, 3), "1")).toBe(false);
  });

  test("when nothing was ever had and all that is stored is in it", () => {
    expect(covers([])).toBe(true);
    expect(covers(page(1, REPLAY_LIMIT - 1))).toBe(true);
    expect(covers(page(1, REPLAY_LIMIT))).toBe(false);
    expect(isCovered([], false, undefined, REPLAY_WINDOW_MS)).toBe(false);
  });
});

test("whatever was published while away: covered means that nothing of it is missing from the page", () => {
  const count = fc.integer({ min: 0, max: 60 });
  fc.assert(
    fc.property(count, count, (hadCount, missedCount) => {
      const log = page(0, hadCount + missedCount);
      const replayed = log.slice(-REPLAY_LIMIT);
      const missing = log.slice(hadCount).filter((id) => !replayed.includes(id));
      if (covers(replayed, ...log.slice(0, hadCount))) expect(missing).toEqual([]);
      // And a loss that leaves room for two messages that were had is never called a gap.
      else expect(missedCount).toBeGreaterThan(REPLAY_LIMIT - 2);
    }),
  );
});
