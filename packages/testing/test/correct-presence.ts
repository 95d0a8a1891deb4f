/** Makes histories of true presence: members who come, vanish and say goodbye, and observers who lose sight. */
import type { Random } from "@attune/protocol";
import { between, type PresenceEvent } from "../src/index.js";

const channel = "presence:soak";
const TICK_MS = 100;
const GRACE_MS = 5_000;
/** From the grace on, at most: together well below the bound of 15 s. */
const LEAVE_LAG_MS = 8_000;
const JOIN_LAG_MS = 2_000;

interface Member {
  readonly name: string;
  isThere: boolean;
  changedMs: number;
  hasGoodbye: boolean;
}

/** Runs a little world at random for so many ticks, and then until it is quiet. `plain` never loses sight. */
export function correctPresence(random: Random, ticks: number): PresenceEvent[] {
  const events: PresenceEvent[] = [];
  const members: Member[] = ["ada", "bob", "carl", "dora"].map((name) => ({
    name,
    isThere: false,
    changedMs: -Infinity,
    hasGoodbye: false,
  }));
  const observers = ["plain", "eve", "finn"].map((observer) => ({
    observer,
    seesSinceMs: 0 as number | undefined,
    views: new Map(members.map((member) => [member, { isShown: false, lag: random() }])),
  }));
  for (const { observer } of observers) events.push({ type: "watching", observer, channel, atMs: 0 });

  function move(atMs: number): void {
    for (const member of members) {
      if (random() > 0.02) continue;
      const isFirst = member.changedMs === -Infinity;
      Object.assign(member, { isThere: !member.isThere, changedMs: atMs, hasGoodbye: random() < 0.3 });
      if (member.isThere) events.push({ type: "came", member: member.name, channel, atMs });
      else
        events.push({
          type: "went",
          member: member.name,
          channel,
          atMs,
          ...(member.hasGoodbye ? { goodbye: true } : {}),
        });
      if (isFirst) member.hasGoodbye = false;
    }
    for (const each of observers) {
      if (each.observer === "plain" || random() > 0.01) continue;
      each.seesSinceMs = each.seesSinceMs === undefined ? atMs : undefined;
      const type = each.seesSinceMs === undefined ? "blind" : "watching";
      events.push({ type, observer: each.observer, channel, atMs });
    }
  }

  function show(atMs: number): void {
    for (const { observer, seesSinceMs, views } of observers) {
      if (seesSinceMs === undefined) continue;
      for (const [member, view] of views) {
        if (view.isShown === member.isThere) continue;
        const knownMs = Math.max(member.changedMs, seesSinceMs);
        const awayMs = atMs - member.changedMs;
        const isDue = member.isThere
          ? atMs >= knownMs + view.lag * JOIN_LAG_MS
          : (member.hasGoodbye || awayMs >= GRACE_MS) && atMs >= knownMs + view.lag * LEAVE_LAG_MS;
        if (!isDue) continue;
        view.isShown = member.isThere;
        view.lag = random();
        events.push({ type: member.isThere ? "saw-join" : "saw-leave", observer, member: member.name, channel, atMs });
      }
    }
  }

  let atMs = 0;
  for (let tick = 0; tick < ticks; tick++) {
    atMs += TICK_MS;
    move(atMs);
    show(atMs);
  }
  for (const endMs = atMs + between(random, 15_000, 20_000); atMs < endMs; ) {
    atMs += TICK_MS;
    show(atMs);
  }
  events.push({ type: "ended", atMs: atMs + TICK_MS });
  return events;
}
