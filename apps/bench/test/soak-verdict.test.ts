/** The soak can fail: what it must notice, in records made by hand. */
import { expect, test } from "vitest";
import { castOf } from "../src/soak/plan/cast.js";
import { planOf } from "../src/soak/plan/plan.js";
import type { JournalEvent } from "../src/soak/run/journal.js";
import type { SoakRecord } from "../src/soak/run/run-soak.js";
import { CHANNEL, type SystemName } from "../src/soak/system.js";
import { judge } from "../src/soak/verdict/row.js";

const NAMES = ["client-1", "client-2"];

/** Two clients are there, and the first one publishes once. */
const sound: readonly JournalEvent[] = [
  ...NAMES.flatMap((name): JournalEvent[] => [
    { atMs: 1, type: "joined", subscriber: name, channel: CHANNEL },
    { atMs: 1, type: "watching", observer: name, channel: CHANNEL },
    ...NAMES.map((member) => ({ atMs: 2, type: "saw-join" as const, observer: name, channel: CHANNEL, member })),
    { atMs: 12, type: "delivered", subscriber: name, channel: CHANNEL, id: "client-1#1:1" },
  ]),
  { atMs: 10, type: "published", client: "client-1#1", channel: CHANNEL, id: "client-1#1:1" },
  { atMs: 11, type: "acked", client: "client-1#1", channel: CHANNEL, id: "client-1#1:1" },
];

function recordOf(events: readonly JournalEvent[], more: Partial<SoakRecord> = {}, system: SystemName = "attune") {
  return {
    options: { system, plan: "everything", seed: 1, lastsMs: 1_000, clients: 2, paceMs: 1, quietMs: 1, folder: "" },
    groups: castOf(2, false),
    events: [...events].sort((a, b) => a.atMs - b.atMs),
    troubles: [],
    attempts: new Map(),
    stoppedMs: 20,
    endedMs: 60_000,
    isSettled: true,
    heap: { clients: [], server: [] },
    serverErrors: [],
    ...more,
  } satisfies SoakRecord;
}

const violationsOf = (record: SoakRecord): readonly string[] => judge(record).row.violations;

test("finds nothing in a sound run", () => {
  expect(violationsOf(recordOf(sound))).toEqual([]);
});

test("notices what was not delivered, and not settled", () => {
  const isLast = (event: JournalEvent): boolean => event.type === "delivered" && event.subscriber === "client-2";
  expect(violationsOf(recordOf(sound.filter((event) => !isLast(event))))).toMatchObject([
    expect.stringMatching(/^lost: 1/),
    expect.stringMatching(/^ackedLost: 1/),
  ]);
  expect(violationsOf(recordOf(sound.filter(({ type }) => type !== "acked"))).join()).toMatch(/^unsettled: 1/);
});

test("notices a member who is shown and gone, and one who is there and shown to leave", () => {
  const gone: JournalEvent = { atMs: 5_000, type: "blind", observer: "client-2", channel: CHANNEL };
  expect(violationsOf(recordOf([...sound, gone])).join()).toMatch(/^ghosts: 1/);
  const back: JournalEvent = { atMs: 15_000, type: "watching", observer: "client-2", channel: CHANNEL };
  const again: JournalEvent = { ...gone, atMs: 15_001 };
  const forGood: JournalEvent = { ...back, atMs: 29_000 };
  // Two absences of less than the bound, however short the time between.
  expect(violationsOf(recordOf([...sound, gone, back, again, forGood]))).toEqual([]);
  const left: JournalEvent = {
    atMs: 50,
    type: "saw-leave",
    observer: "client-1",
    channel: CHANNEL,
    member: "client-2",
  };
  expect(violationsOf(recordOf([...sound, left])).join()).toMatch(/^flickers: 1/);
});

test("takes nobody for a ghost who is shown again before it knows that it is back", () => {
  const about = { observer: "client-1", channel: CHANNEL, member: "client-2" };
  const away: readonly JournalEvent[] = [
    { atMs: 1_000, type: "blind", observer: "client-2", channel: CHANNEL },
    { atMs: 7_000, type: "saw-leave", ...about },
    { atMs: 20_050, type: "saw-join", ...about },
    { atMs: 20_100, type: "watching", observer: "client-2", channel: CHANNEL },
  ];
  expect(violationsOf(recordOf([...sound, ...away])).join()).toMatch(/^ghosts: 1/);
  const connected: JournalEvent = { atMs: 20_000, type: "reconnected", client: "client-2" };
  expect(violationsOf(recordOf([...sound, ...away, connected]))).toEqual([]);
});

test("takes a gap for a false one, unless a server started under a clock that was set forward past what it keeps", () => {
  const away: readonly JournalEvent[] = [
    { atMs: 100, type: "blind", observer: "client-2", channel: CHANNEL },
    { atMs: 300, type: "gap", subscriber: "client-2", channel: CHANNEL },
    { atMs: 301, type: "watching", observer: "client-2", channel: CHANNEL },
  ];
  const stepped = (ms: number, isRestarted = true) => {
    const step = { fault: { fault: "step-clock", ms }, whom: "server", fromMs: 200, untilMs: 200 } as const;
    const restart = { fault: { fault: "restart", how: "kill" }, whom: "server", fromMs: 210, untilMs: 250 } as const;
    return { troubles: isRestarted ? [step, restart] : [step] };
  };
  const gaps = (more: Partial<SoakRecord>, system?: SystemName) =>
    judge(recordOf([...sound, ...away], { ...more }, system)).row.falseGaps;
  expect(gaps({})).toBe(1);
  expect(gaps(stepped(3_600_000), "attune-defaults")).toBe(0);
  expect(gaps(stepped(3_600_000, false), "attune-defaults")).toBe(1);
  expect(gaps(stepped(-3_600_000), "attune-defaults")).toBe(1);
  expect(gaps(stepped(3_600_000), "attune")).toBe(1);
});

test("notices an error that the app was shown by a drain, and a rejection by no declared policy", () => {
  const drain = { fault: { fault: "restart", how: "drain" }, whom: "server", fromMs: 100, untilMs: 200 } as const;
  const told: JournalEvent = { atMs: 150, type: "told", client: "client-1", what: "error: transport-failed" };
  expect(violationsOf(recordOf([...sound, told], { troubles: [drain] })).join()).toMatch(/shown to the app by a drain/);
  const rejected: JournalEvent = { atMs: 11, type: "told", client: "client-1", what: "rejected: internal-error" };
  expect(violationsOf(recordOf([...sound, rejected])).join()).toMatch(/by no declared policy: 1 with "internal-error"/);
});

test("plans the same for a seed, and enough for ten minutes", () => {
  const { schedule } = planOf("everything", 600_000, 7);
  expect(planOf("everything", 600_000, 7).schedule).toEqual(schedule);
  const strikes = schedule.filter(({ do: what }) => what === "strike").map(({ fault }) => fault);
  expect(strikes.filter(({ on }) => on === "any").length).toBeGreaterThan(3_000);
  expect(strikes.filter(({ fault, on }) => fault === "restart" && on === undefined).length).toBeGreaterThanOrEqual(22);
});
