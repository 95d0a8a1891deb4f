/** Measures a channel that shows who is there: those who come and go, who are cut off for a moment, and who are gone. */
import type { ClientSystem } from "../clients/client.js";
import { nowMs } from "../now.js";
import { type Percentiles, Samples } from "../samples.js";
import { sleep } from "../sleep.js";
import type { WireBytes } from "./wire-bytes.js";
import { CAST, FLAPS_EACH, MEMBERS, SILENT, STAYING } from "./cast.js";
import { type Gone, judgeGone } from "./gone.js";
import { openRoom, type Room, type SeenMs } from "./room.js";
import type { NewsCounts } from "./sightings.js";

const SYSTEMS = ["attune", "socketio"] as const;

/** Newcomers who only let the compilers do their work. */
const WARM_UP = 5;
const NEWCOMERS = 40;
/** What was told once is told to everybody well before this, or never. */
const TOLD_MS = 5_000;
/** Longer than any window in which changes are gathered. */
const PAUSE_MS = 200;
/** Socket.IO asks a silent client after 25 s, and waits 20 s for its answer. */
const GONE_MS = 60_000;

/** From the call until others were told. */
export interface Seen {
  readonly byWatchers: Percentiles;
  readonly byCrowd: Percentiles;
}

/** What newcomers cost, and how long others take to see them. */
export interface Newcomers {
  readonly entry: Percentiles;
  /** Of the newcomer's connection, while it entered; the largest. */
  readonly bytes: WireBytes;
  /** Members that a newcomer was shown at once; the fewest. */
  readonly shown: number;
  readonly joinSeen: Seen;
  readonly leaveSeen: Seen;
  /** Times that one of those who stay was not told. */
  readonly missed: number;
}

/** Connections that were reset, and what others were told of it. */
export interface Flaps {
  readonly flaps: number;
  readonly longestAwayMs: number;
  readonly told: NewsCounts;
}

/** One system. */
export interface PresenceRow {
  readonly system: ClientSystem;
  readonly newcomers: Newcomers;
  readonly flaps: Flaps;
  readonly killed: Gone;
  readonly silent: Gone;
}

export async function measurePresence(log: (text: string) => void): Promise<readonly PresenceRow[]> {
  const rows: PresenceRow[] = [];
  for (const system of SYSTEMS) {
    log(`presence: ${MEMBERS} members, ${system}`);
    const room = await openRoom(system);
    try {
      log(`presence: ${NEWCOMERS} newcomers, ${system}`);
      const newcomers = await measureNewcomers(room, system);
      log(`presence: ${FLAPS_EACH * CAST.lines.length} flaps, ${system}`);
      const flaps = await measureFlaps(room);
      log(`presence: ${CAST.mortals.length} killed and ${SILENT} silent, ${system}`);
      rows.push({ system, newcomers, flaps, ...(await measureGone(room)) });
    } finally {
      await room.end();
    }
  }
  return rows;
}

async function measureNewcomers(room: Room, system: ClientSystem): Promise<Newcomers> {
  const entry = new Samples();
  const seen = {
    join: { watchers: new Samples(), crowd: new Samples() },
    leave: { watchers: new Samples(), crowd: new Samples() },
  };
  const all = [entry, ...Object.values(seen.join), ...Object.values(seen.leave)];
  const bytes = { down: 0, up: 0 };
  let shown = Number.POSITIVE_INFINITY;

  async function time(news: "join" | "leave", name: string, calledMs: number): Promise<void> {
    const [times] = await room.seen(news, [name], TOLD_MS);
    for (const atMs of times?.watchers ?? []) seen[news].watchers.add(atMs - calledMs);
    for (const atMs of times?.crowd ?? []) seen[news].crowd.add(atMs - calledMs);
    await sleep(PAUSE_MS);
  }

  for (let n = -WARM_UP; n < NEWCOMERS; n++) {
    if (n === 0) for (const samples of all) samples.reset();
    const name = `newcomer-${n + 100}`;
    await room.newcomer.call("connect", { system, port: room.port, name });
    await sleep(PAUSE_MS);
    const entered = await room.newcomer.call("enter");
    entry.add(entered.tookMs);
    bytes.down = Math.max(bytes.down, entered.bytes.down);
    bytes.up = Math.max(bytes.up, entered.bytes.up);
    shown = Math.min(shown, entered.shown);
    await time("join", name, entered.calledMs);
    await time("leave", name, await room.newcomer.call("leave"));
  }
  const [joinSeen, leaveSeen] = [toSeen(seen.join), toSeen(seen.leave)];
  const told = [joinSeen, leaveSeen].flatMap(({ byWatchers, byCrowd }) => [byWatchers.count, byCrowd.count]);
  const missed = told.reduce((left, count) => left - count, 2 * NEWCOMERS * STAYING);
  return { entry: entry.percentiles(), bytes, shown, joinSeen, leaveSeen, missed };
}

function toSeen({ watchers, crowd }: { readonly watchers: Samples; readonly crowd: Samples }): Seen {
  return { byWatchers: watchers.percentiles(), byCrowd: crowd.percentiles() };
}

async function measureFlaps(room: Room): Promise<Flaps> {
  await room.reset();
  const awayMs = await room.lines.call("flap", FLAPS_EACH);
  // What a flap set off may come as late as this.
  await sleep(TOLD_MS * 2);
  await room.full(MEMBERS);
  return { flaps: awayMs.length, longestAwayMs: Math.max(...awayMs), told: await room.counts() };
}

/** Both at once: they have nothing to do with each other. */
async function measureGone(room: Room): Promise<{ readonly killed: Gone; readonly silent: Gone }> {
  await room.reset();
  const killedMs = nowMs();
  room.mortals.signal("SIGKILL");
  const silentMs = await room.lines.call("silence", SILENT);
  const [killed, silent] = await Promise.all([
    room.seen("leave", CAST.mortals, GONE_MS),
    room.seen("leave", CAST.lines.slice(0, SILENT), GONE_MS),
  ]);
  const byAll = (times: readonly SeenMs[]) => times.map(({ watchers, crowd }) => [...watchers, ...crowd]);
  return {
    killed: judgeGone(byAll(killed), killedMs, STAYING),
    silent: judgeGone(byAll(silent), silentMs, STAYING),
  };
}
