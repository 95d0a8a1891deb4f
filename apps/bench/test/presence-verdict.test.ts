/** The measurement of presence can fail: what it must notice, in times made by hand. */
import { expect, test } from "vitest";
import { judgeGone } from "../src/presence/gone.js";
import { Sightings } from "../src/presence/sightings.js";
import { judgeTargets } from "../src/report/targets.js";
import type { PresenceRow } from "../src/presence/presence.js";

const spread = { count: 1, p50: 1, p99: 1, max: 1 };
const sound: PresenceRow = {
  system: "attune",
  newcomers: {
    entry: spread,
    bytes: { down: 1, up: 1 },
    shown: 251,
    joinSeen: { byWatchers: spread, byCrowd: spread },
    leaveSeen: { byWatchers: spread, byCrowd: spread },
    missed: 0,
  },
  flaps: { flaps: 1_000, longestAwayMs: 2_000, told: { join: 0, leave: 0, update: 0 } },
  killed: judgeGone([[6_000, 6_001]], 1_000, 2),
  silent: judgeGone([[15_000, 15_999]], 1_000, 2),
};

const broken = (row: Partial<PresenceRow>): readonly string[] =>
  judgeTargets({ presence: [{ ...sound, ...row }] })
    .filter(({ holds }) => !holds)
    .map(({ name }) => name);

test("finds nothing in a sound run", () => {
  expect(broken({})).toEqual([]);
});

test("notices a ghost: shown for longer than 15 s by anybody, or for good", () => {
  const late = judgeGone(
    [
      [6_000, 16_001],
      [6_000, 6_000],
    ],
    1_000,
    2,
  );
  expect(late).toMatchObject({ clients: 2, ghosts: 1, forGood: 0, maxMs: 15_001 });
  expect(broken({ silent: late })).toHaveLength(2);
  const forGood = judgeGone([[6_000]], 1_000, 2);
  expect(forGood).toMatchObject({ ghosts: 1, forGood: 1 });
  expect(broken({ killed: forGood })).toHaveLength(2);
  expect(judgeGone([[]], 1_000, 2)).toMatchObject({ p50Ms: null, maxMs: null, ghosts: 1, forGood: 1 });
});

test("notices a single word about a flap, and a newcomer of whom somebody was not told", () => {
  for (const news of ["join", "leave", "update"] as const) {
    const sightings = new Sightings();
    sightings.add(news, "ada");
    expect(broken({ flaps: { ...sound.flaps, told: sightings.counts() } })).toEqual([
      "presence, 1000 flaps: told to anybody",
    ]);
  }
  expect(broken({ newcomers: { ...sound.newcomers, missed: 1 } })).toHaveLength(1);
});
