import { DEDUPE_RESULTS } from "@attune/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  append,
  createLane,
  type Lane,
  type LaneRecord,
  MAX_IN_FLIGHT,
  nextToSend,
  removed,
  rewound,
  sent,
  stored,
} from "../../src/outbox/lane.js";
import type { Rate } from "../../src/outbox/rate-limiter.js";

const FREE: Rate = { burst: 1, perSecond: 0 };

function laneOf(...sequences: number[]): Lane<LaneRecord> {
  return sequences.reduce((lane, sequence) => append(lane, { sequence }), createLane<LaneRecord>(FREE, 0));
}

const next = (lane: Lane<LaneRecord>) => {
  const step = nextToSend(lane, FREE, 0);
  return step && [step.record.sequence, step.previous];
};
const send = (lane: Lane<LaneRecord>, count = 1): Lane<LaneRecord> =>
  count ? send(sent(lane, FREE, 0), count - 1) : lane;

describe("a lane", () => {
  test("names the record before each one, and the last stored one before the first", () => {
    const lane = laneOf(1, 4, 9);
    expect(next(lane)).toEqual([1, 0]);
    expect(next(send(lane))).toEqual([4, 1]);
    expect(next(send(lane, 2))).toEqual([9, 4]);
    expect(next(send(lane, 3))).toBe(undefined);
    expect(next(stored(send(lane), 1))).toEqual([4, 1]);
  });

  test("has no more in flight than the server remembers results of", () => {
    const lane = laneOf(...Array.from({ length: 100 }, (_, index) => index + 1));
    expect(next(send(lane, MAX_IN_FLIGHT - 1))).toEqual([MAX_IN_FLIGHT, MAX_IN_FLIGHT - 1]);
    expect(next(send(lane, MAX_IN_FLIGHT))).toBe(undefined);
    expect(MAX_IN_FLIGHT).toBeLessThan(DEDUPE_RESULTS);
  });

  test("sends everything in flight again after a rewind, from the oldest on", () => {
    const lane = rewound(stored(send(laneOf(1, 2, 3), 3), 1));
    expect([next(lane), next(send(lane)), lane.flight]).toEqual([[2, 1], [3, 2], 1]);
  });

  test("links a dropped record's neighbours", () => {
    expect(next(send(removed(laneOf(1, 2, 3), 2)))).toEqual([3, 1]);
    expect(next(removed(stored(send(laneOf(1, 2, 3)), 1), 2))).toEqual([3, 1]);
  });

  test("sends again what was sent after a record that is taken out in flight", () => {
    const lane = removed(send(laneOf(1, 2, 3), 3), 2);
    expect([lane.inFlight, lane.flight, next(lane), next(send(lane))]).toEqual([0, 1, [1, 0], [3, 1]]);
  });

  test("believes the server about its last record only while that is an older one", () => {
    expect(next(rewound(send(laneOf(5, 6), 2), 3))).toEqual([5, 3]);
    expect(next(rewound(send(laneOf(5, 6), 2), 5))).toEqual([5, 0]);
  });
});

interface Frame {
  readonly sequence: number;
  readonly previous: number;
  readonly flight: number;
}

type Answer = Frame &
  ({ readonly kind: "ack" | "refused" | "unknown" } | { readonly kind: "out-of-order"; readonly last: number });

/** The server's half of the contract, as design.md states it. */
class ModelServer {
  readonly log: number[] = [];
  #results = new Set<number>();
  #last = 0;

  judge(frame: Frame, isRefused: boolean): Answer {
    const { sequence, previous } = frame;
    if (this.#results.has(sequence)) return { ...frame, kind: "ack" };
    if (sequence <= this.#last) return { ...frame, kind: "unknown" };
    if (previous !== this.#last) return { ...frame, kind: "out-of-order", last: this.#last };
    if (isRefused) return { ...frame, kind: "refused" };
    this.log.push(sequence);
    this.#last = sequence;
    this.#results.add(sequence);
    if (this.#results.size > DEDUPE_RESULTS) this.#results.delete(this.#results.values().next().value as number);
    return { ...frame, kind: "ack" };
  }
}

/** A client that does with its lane what the outbox does, and a line that loses things. */
class ModelClient {
  readonly server = new ModelServer();
  readonly ends = new Map<number, "acked" | "refused" | "dropped" | "unknown">();
  lane = createLane<LaneRecord>(FREE, 0);
  published = 0;
  #up: Frame[] = [];
  #down: Answer[] = [];

  publish(): void {
    this.published += 1;
    this.lane = append(this.lane, { sequence: this.published });
  }

  send(): boolean {
    const step = nextToSend(this.lane, FREE, 0);
    if (!step) return false;
    this.#up.push({ sequence: step.record.sequence, previous: step.previous, flight: this.lane.flight });
    this.lane = sent(this.lane, FREE, 0);
    return true;
  }

  arrive(isRefused = false): boolean {
    const frame = this.#up.shift();
    if (frame) this.#down.push(this.server.judge(frame, isRefused));
    return frame !== undefined;
  }

  answer(): boolean {
    const answer = this.#down.shift();
    if (!answer) return false;
    const { sequence, flight, kind } = answer;
    if (this.ends.has(sequence)) return true;
    if (kind === "ack") this.#end(sequence, "acked", stored(this.lane, sequence));
    else if (kind === "out-of-order") {
      if (flight === this.lane.flight) this.lane = rewound(this.lane, answer.last);
    } else this.#end(sequence, kind, removed(this.lane, sequence));
    return true;
  }

  drop(at: number): void {
    const record = this.lane.records[at % (this.lane.records.length || 1)];
    if (record) this.#end(record.sequence, "dropped", removed(this.lane, record.sequence));
  }

  lose(what: "frame" | "answer"): void {
    if (what === "frame") this.#up.shift();
    else this.#down.shift();
  }

  /** What was under way may still reach the server, never the client. */
  reconnect(arriving: number): void {
    for (let count = 0; count < arriving; count += 1) this.arrive();
    this.#up = [];
    this.#down = [];
    this.lane = rewound(this.lane);
  }

  drain(): void {
    this.reconnect(0);
    for (let rounds = 0; this.lane.records.length > 0; rounds += 1) {
      expect(rounds).toBeLessThan(200);
      while (this.send());
      while (this.arrive());
      while (this.answer());
    }
  }

  #end(sequence: number, end: "acked" | "refused" | "dropped" | "unknown", lane: Lane<LaneRecord>): void {
    this.ends.set(sequence, end);
    this.lane = lane;
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ do: "publish" } as const) },
  { weight: 8, arbitrary: fc.constant({ do: "send" } as const) },
  { weight: 8, arbitrary: fc.constant({ do: "arrive" } as const) },
  { weight: 6, arbitrary: fc.constant({ do: "answer" } as const) },
  { weight: 1, arbitrary: fc.constant({ do: "refuse" } as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("drop" as const), at: fc.nat(40) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("lose" as const),
      what: fc.constantFrom("frame" as const, "answer" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reconnect" as const), arriving: fc.nat(5) }) },
);

function play(client: ModelClient, action: typeof step extends fc.Arbitrary<infer S> ? S : never): void {
  if (action.do === "refuse") client.arrive(true);
  else if (action.do === "drop") client.drop(action.at);
  else if (action.do === "lose") client.lose(action.what);
  else if (action.do === "reconnect") client.reconnect(action.arriving);
  else client[action.do]();
}

describe("a lane and a server that keeps the chain, over a line that loses things", () => {
  test("lose nothing that was acknowledged, double nothing, keep the order, and settle every record", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (actions) => {
        const client = new ModelClient();
        for (const action of actions) play(client, action);
        client.drain();
        const { log } = client.server;
        expect(log).toEqual([...new Set(log)].sort((a, b) => a - b));
        expect(client.ends.size).toBe(client.published);
        for (const [sequence, end] of client.ends) {
          if (end === "acked") expect(log).toContain(sequence);
          // Fewer are in flight than the server remembers: it never has to say that it does not know.
          expect(end).not.toBe("unknown");
          if (end === "refused") expect(log).not.toContain(sequence);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("catch up with a server that has forgotten everything", () => {
    const client = new ModelClient();
    for (let count = 0; count < 3; count += 1) client.publish();
    client.drain();
    const after = new ModelClient();
    after.lane = client.lane;
    after.published = 3;
    after.publish();
    after.drain();
    expect(after.server.log).toEqual([4]);
  });
});
