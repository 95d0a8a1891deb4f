/** The judge of presence: it never blames a true history, and finds every fault that is planted. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkHistory, formatHistory, parseHistory, type PresenceEvent, seededRandom } from "../src/index.js";
import { correctPresence } from "./correct-presence.js";

const channel = "presence:soak";
const world = fc.record({ seed: fc.integer(), ticks: fc.integer({ min: 50, max: 600 }) });
const historyOf = ({ seed, ticks }: { seed: number; ticks: number }) => correctPresence(seededRandom(seed), ticks);
const fine = { ok: true, ghosts: 0, flickers: 0, unconverged: 0 };

test("never blames a true history, also after its way through a file", () => {
  fc.assert(
    fc.property(world, (options) => {
      const { examples, ...verdict } = checkHistory(parseHistory(formatHistory(historyOf(options))));
      expect(verdict, JSON.stringify(examples)).toMatchObject(fine);
    }),
    { numRuns: 500 },
  );
});

type Seen = Extract<PresenceEvent, { type: "saw-join" | "saw-leave" }>;
const isSeen = (event: PresenceEvent, type: Seen["type"]): event is Seen =>
  event.type === type && event.observer === "plain";
const endOf = (history: readonly PresenceEvent[]) => history.at(-1)?.atMs ?? 0;

/** Where a kind of thing was seen by the one who always watches. */
function places(history: readonly PresenceEvent[], type: Seen["type"]): number[] {
  return history.flatMap((event, index) => (isSeen(event, type) ? [index] : []));
}

/** Whether this is the last that the observer saw of that member. */
function isLast(history: readonly PresenceEvent[], place: number): boolean {
  const { member } = history[place] as Seen;
  return !history
    .slice(place + 1)
    .some((event) => "observer" in event && "member" in event && event.member === member && event.observer === "plain");
}

function everyPlanted(
  plant: (history: PresenceEvent[], choice: number) => boolean,
  expected: Readonly<Record<string, unknown>>,
): void {
  let planted = 0;
  fc.assert(
    fc.property(world, fc.nat(), (options, choice) => {
      const history = historyOf(options);
      if (!plant(history, choice)) return;
      planted += 1;
      const { examples, ...verdict } = checkHistory(history);
      expect(verdict, JSON.stringify(examples)).toMatchObject({ ok: false, ...expected });
    }),
    { numRuns: 300 },
  );
  // A mutation that never found a place has shown nothing.
  expect(planted).toBeGreaterThan(20);
}

const atLeastOne = expect.toSatisfy((count: number) => count >= 1);

describe("always finds", () => {
  test("a leave that was never shown", () => {
    everyPlanted(
      (history, choice) => {
        const last = places(history, "saw-leave").filter((place) => isLast(history, place));
        const place = last[choice % last.length];
        if (place === undefined) return false;
        history.splice(place, 1);
        return true;
      },
      { ghosts: atLeastOne, unconverged: 1, flickers: 0 },
    );
  });

  test("a leave that was shown too late", () => {
    everyPlanted(
      (history, choice) => {
        const last = places(history, "saw-leave").filter((place) => isLast(history, place));
        const place = last[choice % last.length];
        if (place === undefined) return false;
        const [event] = history.splice(place, 1) as [Seen];
        const own = (each: PresenceEvent) => each.type === "went" && each.member === event.member;
        const goneMs = history.filter(own).at(-1)?.atMs ?? 0;
        // It may have come and gone once more, too quickly for the join to be shown.
        if (history.slice(place).some(own) || endOf(history) <= goneMs + 15_002) return false;
        history.splice(-1, 0, { ...event, atMs: goneMs + 15_001 });
        return true;
      },
      { ghosts: 1, unconverged: 0, flickers: 0 },
    );
  });

  test("a join that was never shown", () => {
    everyPlanted(
      (history, choice) => {
        const last = places(history, "saw-join").filter((place) => isLast(history, place));
        const place = last[choice % last.length];
        if (place === undefined) return false;
        history.splice(place, 1);
        return true;
      },
      { ghosts: 0, unconverged: 1, flickers: 0 },
    );
  });

  test("a leave, taken back at once, of somebody who was there all the time", () => {
    everyPlanted(
      (history, choice) => {
        const last = places(history, "saw-join").filter((place) => isLast(history, place));
        const place = last[choice % last.length];
        if (place === undefined) return false;
        const join = history[place] as Seen;
        history.splice(place + 1, 0, { ...join, type: "saw-leave" }, join);
        return true;
      },
      { flickers: 1, ghosts: 0, unconverged: 0 },
    );
  });

  test("a leave for an absence that was shorter than the grace", () => {
    everyPlanted(
      (history, choice) => {
        const last = places(history, "saw-join").filter((place) => isLast(history, place));
        const place = last[choice % last.length];
        if (place === undefined) return false;
        const { member, observer, atMs } = history[place] as Seen;
        const endMs = endOf(history);
        // Long after whatever happened before: an absence of its own.
        const wentMs = endMs + 20_000;
        const isThere = history
          .filter((each) => "member" in each && each.member === member && !("observer" in each))
          .at(-1);
        if (isThere?.type !== "came" || atMs > endMs) return false;
        const of = { member, channel } as const;
        history.splice(
          -1,
          0,
          { type: "went", ...of, atMs: wentMs },
          { type: "saw-leave", observer, ...of, atMs: wentMs + 4_000 },
          { type: "came", ...of, atMs: wentMs + 4_999 },
          { type: "saw-join", observer, ...of, atMs: wentMs + 5_000 },
        );
        history.push({ type: "ended", atMs: wentMs + 30_000 });
        return true;
      },
      { flickers: 1, ghosts: 0, unconverged: 0 },
    );
  });

  test("a join that was shown twice", () => {
    everyPlanted(
      (history, choice) => {
        const joins = places(history, "saw-join");
        const place = joins[choice % joins.length];
        if (place === undefined) return false;
        history.splice(place, 0, history[place] as Seen);
        return true;
      },
      { flickers: 1 },
    );
  });

  test("a leave that was shown twice", () => {
    everyPlanted(
      (history, choice) => {
        const leaves = places(history, "saw-leave");
        const place = leaves[choice % leaves.length];
        if (place === undefined) return false;
        history.splice(place, 0, history[place] as Seen);
        return true;
      },
      { flickers: 1 },
    );
  });

  test("somebody who was never there", () => {
    everyPlanted(
      (history) => {
        history.splice(4, 0, { type: "saw-join", observer: "plain", member: "nobody", channel, atMs: 0 });
        return true;
      },
      { ghosts: 1, unconverged: 1 },
    );
  });

  test("an observer who sees nothing any more", () => {
    everyPlanted(
      (history) => {
        const there = new Set<string>();
        for (const event of history) {
          if (event.type === "came") there.add(event.member);
          if (event.type === "went") there.delete(event.member);
        }
        const seen = history.filter(
          (event) => !("observer" in event && event.observer === "plain" && "member" in event),
        );
        history.splice(0, history.length, ...seen);
        return there.size > 0;
      },
      { unconverged: atLeastOne },
    );
  });

  test("a view that stays old after the observer could see again", () => {
    everyPlanted(
      (history) => {
        const of = { observer: "late", channel } as const;
        const atMs = endOf(history) - 15_000;
        history.splice(
          0,
          0,
          { type: "watching", ...of, atMs: -100_000 },
          { type: "came", member: "old", channel, atMs: -100_000 },
          { type: "saw-join", ...of, member: "old", atMs: -100_000 },
          { type: "blind", ...of, atMs: -50_000 },
          { type: "went", member: "old", channel, atMs: -40_000 },
          { type: "watching", ...of, atMs: atMs - 1 },
        );
        return true;
      },
      { ghosts: 1, unconverged: atLeastOne },
    );
  });
});
