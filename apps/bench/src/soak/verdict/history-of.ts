/** Turns what was written down into the history that is judged: what processes that were killed could not say is added. Pure. */
import type { HistoryEvent } from "@attune/testing";
import type { Group } from "../plan/cast.js";
import type { JournalEvent } from "../run/journal.js";
import type { SoakRecord } from "../run/run-soak.js";
import { CHANNEL } from "../system.js";
import { absencesIn } from "./absences.js";

type Timed = { readonly atMs: number; readonly event: HistoryEvent };

const ABOUT_VIEWS: readonly string[] = ["watching", "blind"];
const NOTES: readonly string[] = ["reconnected", "told"];

/** How many publishes died with their publishers: nobody was left to be told what became of them. */
export function diedIn(record: SoakRecord): number {
  return record.groups
    .flatMap((group) => (group.isMortal ? lastWordsOf(group, record) : []))
    .filter(({ event }) => event.type === "failed").length;
}

/** The history, in order. */
export function historyOf(record: SoakRecord): HistoryEvent[] {
  const killed = record.groups.flatMap((group) => (group.isMortal ? lastWordsOf(group, record) : []));
  const seen = record.events.flatMap((event) =>
    NOTES.includes(event.type) || ABOUT_VIEWS.includes(event.type)
      ? []
      : [{ atMs: event.atMs, event: asHistory(event) }],
  );
  return [...seen, ...killed, ...presenceOf(record)].sort((a, b) => a.atMs - b.atMs).map(({ event }) => event);
}

function asHistory(event: JournalEvent): HistoryEvent {
  // Notes were left out before.
  return event as HistoryEvent;
}

/** A client that was killed has left, and nobody is there to be told what became of its publishes. */
function lastWordsOf(group: Group, { events, troubles }: SoakRecord): Timed[] {
  const deaths = troubles.filter(({ whom, fault }) => whom === group.name && fault.fault === "restart");
  const settled = new Set(events.flatMap((event) => (isSettled(event) ? [event.id] : [])));
  const open = events.filter(
    (event) => event.type === "published" && group.clients.includes(nameOf(event.client)) && !settled.has(event.id),
  );
  return deaths.flatMap(({ fromMs }, index) => {
    // A killed process may have written until its very end.
    const atMs = fromMs + LAST_WORD_MS;
    const left = group.clients.map(
      (subscriber): Timed => ({ atMs, event: { type: "left", subscriber, channel: CHANNEL } }),
    );
    const lost = open.flatMap((event) =>
      event.type === "published" && lifeOf(event.client) === index + 1
        ? [{ atMs, event: { type: "failed" as const, client: event.client, channel: CHANNEL, id: event.id } }]
        : [],
    );
    return [...lost, ...left];
  });
}

const LAST_WORD_MS = 40;

function isSettled(event: JournalEvent): event is JournalEvent & { readonly type: "acked" | "failed" } {
  return event.type === "acked" || event.type === "failed";
}

const nameOf = (client: string): string => client.split("#")[0] ?? "";
const lifeOf = (client: string): number => Number(client.split("#")[1]);

/** Who was there, and who could see it. */
function presenceOf(record: SoakRecord): Timed[] {
  const absences = absencesIn(record);
  const events: Timed[] = [];
  // A process that is killed forgets what it showed: what its next life shows would be shown twice.
  const blind = new Set(record.groups.flatMap((group) => (group.isMortal ? group.clients : [])));
  const add = (atMs: number, event: HistoryEvent): void => void events.push({ atMs, event });
  for (const [client, spans] of absences) {
    for (const { fromMs, untilMs } of spans) {
      if (Number.isFinite(fromMs)) {
        add(fromMs, { type: "went", member: client, channel: CHANNEL, atMs: fromMs });
        if (!blind.has(client)) add(fromMs, { type: "blind", observer: client, channel: CHANNEL, atMs: fromMs });
      }
      if (!Number.isFinite(untilMs)) continue;
      add(untilMs, { type: "came", member: client, channel: CHANNEL, atMs: untilMs });
      if (!blind.has(client)) add(untilMs, { type: "watching", observer: client, channel: CHANNEL, atMs: untilMs });
    }
  }
  add(record.endedMs, { type: "ended", atMs: record.endedMs });
  return events;
}
