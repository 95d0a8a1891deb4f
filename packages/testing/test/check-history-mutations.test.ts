import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkHistory, type DeliveredEvent, type HistoryEvent, seededRandom } from "../src/index.js";
import { correctHistory, PLAIN_SUBSCRIBERS } from "./correct-history.js";

describe("the checker itself", () => {
  const world = fc.record({ seed: fc.integer(), steps: fc.integer({ min: 20, max: 300 }) });
  const historyOf = ({ seed, steps }: { seed: number; steps: number }) => correctHistory(seededRandom(seed), steps);
  const isPlain = (event: HistoryEvent): event is DeliveredEvent =>
    event.type === "delivered" && PLAIN_SUBSCRIBERS.includes(event.subscriber);

  /** Plants a fault at a place that the property chooses, in a history that has such a place. */
  function everyPlanted(
    plant: (history: HistoryEvent[], places: readonly number[], choice: number) => number | undefined,
    expectVerdict: (verdict: ReturnType<typeof checkHistory>, history: HistoryEvent[]) => void,
  ): void {
    fc.assert(
      fc.property(world, fc.nat(), (options, choice) => {
        const history = historyOf(options);
        const places = history.flatMap((event, index) => (isPlain(event) ? [index] : []));
        fc.pre(places.length > 1 && plant(history, places, choice) !== undefined);
        expectVerdict(checkHistory(history), history);
      }),
      { numRuns: 200 },
    );
  }

  test("never blames a correct history", () => {
    fc.assert(
      fc.property(world, (options) => {
        const { ok, examples } = checkHistory(historyOf(options));
        expect(examples).toEqual({
          lost: [],
          ackedLost: [],
          doubled: [],
          reordered: [],
          unsettled: [],
          unexpected: [],
          ghosts: [],
          flickers: [],
          unconverged: [],
        });
        expect(ok).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("always finds a delivery that was dropped", () => {
    everyPlanted(
      (history, places, choice) => {
        const place = places[choice % places.length] as number;
        history.splice(place, 1);
        return place;
      },
      (verdict) => expect(verdict).toMatchObject({ ok: false, lost: 1, doubled: 0, reordered: 0, unsettled: 0 }),
    );
  });

  test("always finds a delivery that was dropped next to others that are excused", () => {
    fc.assert(
      fc.property(world, fc.nat(), (options, choice) => {
        const history = historyOf(options);
        // Within a stretch that no break touches, on a channel that others saw whole.
        const places = history.flatMap((event, index) => {
          if (event.type !== "delivered" || PLAIN_SUBSCRIBERS.includes(event.subscriber)) return [];
          const { subscriber } = event;
          const isOwn = (other: HistoryEvent) => "subscriber" in other && other.subscriber === subscriber;
          const before = history.slice(0, index).filter(isOwn).at(-1);
          const after = history.slice(index + 1).find(isOwn);
          return before?.type === "delivered" && after?.type === "delivered" ? [index] : [];
        });
        fc.pre(places.length > 0);
        history.splice(places[choice % places.length] as number, 1);
        expect(checkHistory(history)).toMatchObject({ ok: false, lost: 1, doubled: 0, reordered: 0 });
      }),
      { numRuns: 200 },
    );
  });

  test("always finds a delivery that was doubled", () => {
    everyPlanted(
      (history, places, choice) => {
        const place = places[choice % places.length] as number;
        const later = place + 1 + (choice % (history.length - place));
        history.splice(later, 0, history[place] as HistoryEvent);
        return later;
      },
      (verdict) => expect(verdict).toMatchObject({ ok: false, doubled: 1, lost: 0, reordered: 0, unsettled: 0 }),
    );
  });

  test("always finds two deliveries that were swapped", () => {
    everyPlanted(
      (history, places, choice) => {
        const first = places[choice % places.length] as number;
        const event = history[first] as DeliveredEvent;
        const second = places.find(
          (place) => place > first && (history[place] as DeliveredEvent).subscriber === event.subscriber,
        );
        if (second === undefined) return undefined;
        [history[first], history[second]] = [history[second] as HistoryEvent, event];
        // The later one of the two must have been published by then, or the history is impossible for another reason.
        const id = (history[first] as DeliveredEvent).id;
        return history.slice(0, first).some((before) => before.type === "published" && before.id === id)
          ? first
          : undefined;
      },
      (verdict) => expect(verdict).toMatchObject({ ok: false, reordered: 1, doubled: 0, unsettled: 0 }),
    );
  });

  test("always finds an answer that never came", () => {
    everyPlanted(
      (history, _, choice) => {
        const answers = history.flatMap((event, index) => (event.type === "acked" ? [index] : []));
        const place = answers[choice % answers.length];
        if (place !== undefined) history.splice(place, 1);
        return place;
      },
      (verdict) => expect(verdict).toMatchObject({ ok: false, unsettled: 1, lost: 0, doubled: 0, reordered: 0 }),
    );
  });

  test("always finds a message that nobody published", () => {
    everyPlanted(
      (history, places, choice) => {
        const place = places[choice % places.length] as number;
        history.splice(place, 0, { ...(history[place] as DeliveredEvent), id: "from nowhere" });
        return place;
      },
      (verdict) => expect(verdict).toMatchObject({ ok: false, unexpected: 1, lost: 0, doubled: 0, reordered: 0 }),
    );
  });

  test("always finds a delivery to somebody who had left", () => {
    everyPlanted(
      (history, places, choice) => {
        const place = places[choice % places.length] as number;
        const { channel, subscriber } = history[place] as DeliveredEvent;
        history.push({ type: "left", subscriber, channel }, history[place] as DeliveredEvent);
        return place;
      },
      (verdict) => expect(verdict).toMatchObject({ ok: false, unexpected: 1, lost: 0, doubled: 0, reordered: 0 }),
    );
  });

  test("always finds a subscriber who got nothing at all", () => {
    everyPlanted(
      (history, places, choice) => {
        const { subscriber } = history[places[choice % places.length] as number] as DeliveredEvent;
        const rest = history.filter((event) => !(event.type === "delivered" && event.subscriber === subscriber));
        history.splice(0, history.length, ...rest);
        return 0;
      },
      ({ ok, lost, doubled, reordered }, history) => {
        const known = new Set(history.flatMap((event) => (event.type === "delivered" ? [event.id] : [])));
        expect({ ok, doubled, reordered }).toEqual({ ok: false, doubled: 0, reordered: 0 });
        expect(lost).toBeGreaterThanOrEqual(known.size);
      },
    );
  });

  test("always finds a delivery that went to another subscriber", () => {
    everyPlanted(
      (history, places, choice) => {
        const place = places[choice % places.length] as number;
        const event = history[place] as DeliveredEvent;
        const others = PLAIN_SUBSCRIBERS.filter((name) => name !== event.subscriber);
        history[place] = { ...event, subscriber: others[choice % others.length] as string };
        return place;
      },
      ({ ok, lost, doubled }) => {
        expect({ ok, doubled }).toEqual({ ok: false, doubled: 1 });
        expect(lost).toBeGreaterThanOrEqual(1);
      },
    );
  });

  test("always finds what a publisher said in the wrong order, where only that counts", () => {
    fc.assert(
      fc.property(world, fc.nat(), (options, choice) => {
        const history = historyOf(options);
        const clientOf = new Map(
          history.flatMap((event) => (event.type === "published" ? [[event.id, event.client]] : [])),
        );
        const pairs = history.flatMap((event, first) => {
          if (!isPlain(event)) return [];
          const second = history.findIndex(
            (other, index) =>
              index > first &&
              isPlain(other) &&
              other.subscriber === event.subscriber &&
              clientOf.get(other.id) === clientOf.get(event.id),
          );
          const id = (history[second] as DeliveredEvent | undefined)?.id;
          const isPublished = history.slice(0, first).some((other) => other.type === "published" && other.id === id);
          return isPublished ? [[first, second] as const] : [];
        });
        fc.pre(pairs.length > 0);
        const [first, second] = pairs[choice % pairs.length] as readonly [number, number];
        [history[first], history[second]] = [history[second] as HistoryEvent, history[first] as HistoryEvent];
        const { ok, doubled, reordered } = checkHistory(history, { order: "publisher" });
        expect({ ok, doubled }).toEqual({ ok: false, doubled: 0 });
        expect(reordered).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });

  test("always finds a gap that was not told", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 30 }), fc.nat(), (count, choice) => {
        const channel = "public:soak";
        const missed = 1 + (choice % (count - 2));
        const ids = Array.from({ length: count }, (_, n) => `m${n}`);
        const history = ids.flatMap((id, n): HistoryEvent[] => [
          { type: "published", client: "ada", channel, id },
          { type: "acked", client: "ada", channel, id },
          ...(n === missed
            ? [{ type: "gap", subscriber: "bob", channel } as const]
            : [{ type: "delivered", subscriber: "bob", channel, id } as const]),
        ]);
        history.unshift({ type: "joined", subscriber: "bob", channel });
        expect(checkHistory(history)).toMatchObject({ ok: true, gaps: 1 });
        const silent = history.filter(({ type }) => type !== "gap");
        expect(checkHistory(silent)).toMatchObject({ ok: false, lost: 1, ackedLost: 1 });
      }),
    );
  });

  test("judges more than 100,000 deliveries in a moment", () => {
    const history = correctHistory(seededRandom(1), 200_000, true);
    const startedMs = performance.now();
    const { ok, delivered: count } = checkHistory(history);
    expect(ok).toBe(true);
    expect(count).toBeGreaterThan(100_000);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});
