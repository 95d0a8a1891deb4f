/** Who was there, who was seen, and who was looking, as spans of time. */
import type { MemberEvent, ObserverEvent, PresenceEvent } from "./history.js";

/** From one moment to another. Infinite where nobody said. */
export interface Span {
  readonly fromMs: number;
  untilMs: number;
}

/** A time in which a member was not there. */
export interface Absence extends Span {
  readonly hasGoodbye: boolean;
}

/** What one observer was shown of one channel. */
export interface View {
  readonly observer: string;
  readonly channel: string;
  /** When it could see. */
  readonly watches: Span[];
  readonly shown: Map<string, Span[]>;
  /** Leaves as they were shown, each with when the member was last shown to join. */
  readonly leaves: { readonly member: string; readonly atMs: number; readonly sinceMs: number }[];
  /** Joins of who was shown already, and leaves of who was not. */
  readonly repeats: string[];
}

/** Sorted out. */
export interface PresenceLedger {
  readonly views: readonly View[];
  /** By channel and member. One who is not named was never there. */
  readonly absences: ReadonlyMap<string, ReadonlyMap<string, readonly Absence[]>>;
  readonly endMs: number;
}

const ALWAYS: Absence = { fromMs: -Infinity, untilMs: Infinity, hasGoodbye: false };

/** When a member was not on a channel. */
export function absencesOf({ absences }: PresenceLedger, channel: string, member: string): readonly Absence[] {
  return absences.get(channel)?.get(member) ?? [ALWAYS];
}

/** Sorts events out, in the order of the history. */
export function readPresence(events: readonly PresenceEvent[]): PresenceLedger {
  const views = new Map<string, View>();
  const absences = new Map<string, Map<string, Absence[]>>();
  let endMs = -Infinity;

  function viewOf(observer: string, channel: string): View {
    const key = JSON.stringify([observer, channel]);
    const view = views.get(key) ?? { observer, channel, watches: [], shown: new Map(), leaves: [], repeats: [] };
    views.set(key, view);
    return view;
  }

  function timesOf(channel: string, member: string): Absence[] {
    const members = absences.get(channel) ?? new Map<string, Absence[]>();
    absences.set(channel, members);
    const times = members.get(member) ?? [{ ...ALWAYS }];
    members.set(member, times);
    return times;
  }

  for (const event of events) {
    endMs = Math.max(endMs, event.atMs);
    if (event.type === "ended") continue;
    if (isOfMember(event)) note(timesOf(event.channel, event.member), event);
    else see(viewOf(event.observer, event.channel), event);
  }
  for (const { watches } of views.values()) {
    // One that never said so watches from the start.
    if (watches.length === 0) watches.push({ fromMs: -Infinity, untilMs: Infinity });
  }
  return { views: [...views.values()], absences, endMs };
}

function isOfMember(event: MemberEvent | ObserverEvent): event is MemberEvent {
  return event.type === "came" || event.type === "went";
}

function note(times: Absence[], event: MemberEvent): void {
  const last = times.at(-1);
  const isAway = last?.untilMs === Infinity;
  if (event.type === "came" && isAway) last.untilMs = event.atMs;
  if (event.type === "went" && !isAway)
    times.push({ fromMs: event.atMs, untilMs: Infinity, hasGoodbye: event.goodbye === true });
}

function see(view: View, event: ObserverEvent): void {
  if (event.type === "saw-join" || event.type === "saw-leave") {
    change(view, event);
    return;
  }
  const { watches } = view;
  const { type, atMs } = event;
  const last = watches.at(-1);
  const isWatching = last?.untilMs === Infinity;
  if (type === "watching" && !isWatching) watches.push({ fromMs: atMs, untilMs: Infinity });
  if (type === "blind" && isWatching) last.untilMs = atMs;
  // It never said so: it watched from the start.
  if (type === "blind" && !last) watches.push({ fromMs: -Infinity, untilMs: atMs });
}

function change({ shown, leaves, repeats }: View, event: Extract<ObserverEvent, { readonly member: string }>): void {
  const { type, member, atMs } = event;
  const spans = shown.get(member) ?? [];
  shown.set(member, spans);
  const current = spans.at(-1);
  const isShown = current?.untilMs === Infinity;
  if (isShown === (type === "saw-join")) repeats.push(member);
  else if (type === "saw-join") spans.push({ fromMs: atMs, untilMs: Infinity });
  else if (current) {
    current.untilMs = atMs;
    leaves.push({ member, atMs, sinceMs: current.fromMs });
  }
}
