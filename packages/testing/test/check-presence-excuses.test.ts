/** What the judge of presence does not blame, and what it does all the same. */
import { describe, expect, test } from "vitest";
import { checkHistory, type PresenceEvent } from "../src/index.js";

const channel = "presence:soak";
const fine = { ok: true, ghosts: 0, flickers: 0, unconverged: 0 };

describe("excuses", () => {
  const of = { observer: "eve", member: "ada", channel } as const;
  const judge = (...events: PresenceEvent[]) => checkHistory(events);

  test("what is shown while the observer is blind", () => {
    const verdict = judge(
      { type: "came", ...of, atMs: 0 },
      { type: "saw-join", ...of, atMs: 1 },
      { type: "blind", ...of, atMs: 10 },
      { type: "went", ...of, atMs: 20 },
      { type: "ended", atMs: 100_000 },
    );
    expect(verdict).toMatchObject(fine);
  });

  test("what an observer without a line shows by itself", () => {
    const verdict = judge(
      { type: "came", ...of, atMs: 0 },
      { type: "saw-join", ...of, atMs: 1 },
      { type: "blind", ...of, atMs: 10 },
      { type: "saw-leave", ...of, atMs: 20 },
      { type: "watching", ...of, atMs: 30 },
      { type: "saw-join", ...of, atMs: 31 },
      { type: "ended", atMs: 100_000 },
    );
    expect(verdict).toMatchObject(fine);
  });

  test("a goodbye, which is shown at once", () => {
    const verdict = judge(
      { type: "came", ...of, atMs: 0 },
      { type: "saw-join", ...of, atMs: 1 },
      { type: "went", ...of, atMs: 20, goodbye: true },
      { type: "saw-leave", ...of, atMs: 21 },
      { type: "came", ...of, atMs: 1_000 },
      { type: "saw-join", ...of, atMs: 1_001 },
      { type: "ended", atMs: 100_000 },
    );
    expect(verdict).toMatchObject(fine);
  });

  test("a change that is too young to have arrived", () => {
    const young: PresenceEvent[] = [
      { type: "watching", ...of, atMs: 0 },
      { type: "came", ...of, atMs: 90_000 },
    ];
    expect(judge(...young, { type: "ended", atMs: 100_000 })).toMatchObject(fine);
    expect(judge(...young, { type: "ended", atMs: 105_000 })).toMatchObject({ ok: false, unconverged: 1 });
  });

  test("nothing beyond bounds that a test has set itself", () => {
    const short: PresenceEvent[] = [
      { type: "came", ...of, atMs: 0 },
      { type: "saw-join", ...of, atMs: 1 },
      { type: "went", ...of, atMs: 1_000 },
      { type: "saw-leave", ...of, atMs: 2_000 },
      { type: "came", ...of, atMs: 2_500 },
      { type: "saw-join", ...of, atMs: 2_501 },
      { type: "ended", atMs: 100_000 },
    ];
    expect(checkHistory(short)).toMatchObject({ ok: false, flickers: 1, ghosts: 0 });
    expect(checkHistory(short, { presence: { graceMs: 1_500, ghostMs: 999 } })).toMatchObject({
      flickers: 0,
      ghosts: 1,
    });
  });
});
