/** Decides whether observers saw who was there: no ghost, no flicker, and in the end all of them the same. */
import type { PresenceEvent } from "./history.js";
import {
  type Absence,
  absencesOf,
  type PresenceLedger,
  readPresence,
  type Span,
  type View,
} from "./presence-ledger.js";

/** What presence is held to, in milliseconds. */
export interface PresenceBounds {
  /** Nobody is shown longer than this after being gone. Default 15,000. */
  readonly ghostMs?: number;
  /** No leave is shown for an absence shorter than this. Default 5,000. */
  readonly graceMs?: number;
  /** How long before the end a change may still be on its way to an observer. Default `ghostMs`. */
  readonly settleMs?: number;
}

/** What was wrong, in words. */
export interface PresenceFaults {
  readonly ghosts: readonly string[];
  readonly flickers: readonly string[];
  readonly unconverged: readonly string[];
}

/** Judges what a history says of presence. */
export function judgePresence(events: readonly PresenceEvent[], bounds: PresenceBounds): PresenceFaults {
  const { ghostMs = 15_000, graceMs = 5_000, settleMs = ghostMs } = bounds;
  const ledger = readPresence(events);
  const inEach = (find: (view: View) => readonly string[]) =>
    ledger.views.flatMap((view) =>
      find(view).map((member) => `"${member}" on "${view.channel}" for "${view.observer}"`),
    );
  return {
    ghosts: inEach((view) => ghostsIn(ledger, view, ghostMs)),
    flickers: inEach((view) => flickersIn(ledger, view, graceMs, ghostMs)),
    unconverged: inEach((view) => wrongAtTheEnd(ledger, view, settleMs)),
  };
}

/** Members, once for each absence in which they were shown too long. */
function ghostsIn(ledger: PresenceLedger, { channel, watches, shown }: View, ghostMs: number): string[] {
  return [...shown].flatMap(([member, spans]) =>
    absencesOf(ledger, channel, member).flatMap((absence) => {
      const isGhost = watches.some((watch) =>
        spans.some((span) => isShownAfter(span, watch, absence, ghostMs, ledger.endMs)),
      );
      return isGhost ? [member] : [];
    }),
  );
}

/** Whether somebody is shown later than the bound after the absence began, or after the observer could see again. */
function isShownAfter(shown: Span, watch: Span, absence: Absence, ghostMs: number, endMs: number): boolean {
  const fromMs = Math.max(absence.fromMs + ghostMs, watch.fromMs + ghostMs, shown.fromMs);
  return Math.min(shown.untilMs, watch.untilMs, absence.untilMs, endMs) > fromMs;
}

/** Members, once for each leave that should not have been shown, and for each thing that was shown twice. */
function flickersIn(
  ledger: PresenceLedger,
  { channel, watches, leaves, repeats }: View,
  graceMs: number,
  ghostMs: number,
): string[] {
  const unjustified = leaves.filter(({ member, atMs, sinceMs }) => {
    // An old view says nothing.
    if (!watches.some(({ fromMs, untilMs }) => fromMs <= atMs && atMs <= untilMs)) return false;
    return !absencesOf(ledger, channel, member).some(({ fromMs, untilMs, hasGoodbye }) => {
      // It may be over by then, but not long ago, and not before the member was last shown to join.
      const isMeant = fromMs <= atMs && untilMs > sinceMs && (atMs < untilMs || atMs - fromMs <= ghostMs);
      return isMeant && (hasGoodbye || untilMs - fromMs >= graceMs);
    });
  });
  return [...unjustified.map(({ member }) => member), ...repeats];
}

/** Members of whom the view is wrong at the end, but for what may still be on its way. */
function wrongAtTheEnd(ledger: PresenceLedger, { channel, watches, shown }: View, settleMs: number): string[] {
  const { endMs, absences } = ledger;
  const watch = watches.at(-1);
  const isSettled = (atMs: number): boolean => endMs - atMs >= settleMs;
  if (watch?.untilMs !== Infinity || !isSettled(watch.fromMs)) return [];
  const members = new Set([...shown.keys(), ...(absences.get(channel)?.keys() ?? [])]);
  return [...members].filter((member) => {
    const last = absencesOf(ledger, channel, member).at(-1) as Absence;
    const isAway = last.untilMs === Infinity;
    const isShown = shown.get(member)?.at(-1)?.untilMs === Infinity;
    return isShown === isAway && isSettled(isAway ? last.fromMs : last.untilMs);
  });
}
