/** When each client was away, and when it was only not well, by what it saw itself and by what was done to it. Pure. */
import type { Group } from "../plan/cast.js";
import type { JournalEvent } from "../run/journal.js";
import type { SoakRecord } from "../run/run-soak.js";
import { SERVER, type Trouble } from "../run/trouble-log.js";
import { merged, type Span } from "./spans.js";

/** A line whose fault was taken back may be reset then, and what was swallowed is noticed a moment later. */
const NOTICE_MS = 1_000;

const GLIMPSE_MS = 0.1;

/** Of each client, in order, from the run's first moment on. */
export type Spans = ReadonlyMap<string, readonly Span[]>;

/**
 * When it was not there. That it saw itself; but a dead line is noticed late, so that it was away since the line died. A
 * process that was killed saw nothing.
 */
export function absencesIn(record: SoakRecord): Spans {
  const returns = returnsIn(record.events);
  return inEach(record, (own, struck, group, client) => {
    const deaths = struck.filter(({ whom, fault }) => whom === group.name && fault.fault === "restart");
    const silent = struck.filter(({ fault }) => fault.fault !== "delay" && fault.fault !== "slow");
    const since = ({ fromMs, untilMs }: Span): Span => {
      const causes = silent.filter((each) => each.fromMs <= fromMs && fromMs <= each.untilMs + NOTICE_MS);
      return { fromMs: Math.min(fromMs, ...causes.map((each) => each.fromMs)), untilMs };
    };
    const back = (span: Span): Span => endedBy(span, returns.get(client) ?? []);
    return merged([...withoutGlimpses(own, since).map(back), ...deaths]);
  });
}

/** Others may see it join before it is told so itself: it is back since it was connected, the last time before that. */
function endedBy({ fromMs, untilMs }: Span, returns: readonly number[]): Span {
  return { fromMs, untilMs: returns.filter((atMs) => fromMs < atMs && atMs < untilMs).at(-1) ?? untilMs };
}

function returnsIn(events: readonly JournalEvent[]): Map<string, number[]> {
  const returns = new Map<string, number[]>();
  for (const event of events) {
    if (event.type !== "reconnected") continue;
    returns.set(event.client, [...(returns.get(event.client) ?? []), event.atMs]);
  }
  return returns;
}

/** However short it was back, it was there: it cannot have died before that. */
function withoutGlimpses(own: readonly Span[], since: (span: Span) => Span): Span[] {
  return own.map((span, index) => {
    const backMs = own[index - 1]?.untilMs ?? Number.NEGATIVE_INFINITY;
    return { fromMs: Math.min(span.fromMs, Math.max(since(span).fromMs, backMs + GLIMPSE_MS)), untilMs: span.untilMs };
  });
}

/** When anything at all was wrong with it, or with its way to the server, or with that. */
export function unwellIn(record: SoakRecord): Spans {
  return inEach(record, (own, struck) => merged([...own, ...struck], NOTICE_MS));
}

function inEach(
  { groups, events, troubles }: SoakRecord,
  spansOf: (own: readonly Span[], struck: readonly Trouble[], group: Group, client: string) => readonly Span[],
): Spans {
  const own = notLive(events);
  const lasting = troubles.filter(({ fault }) => fault.fault !== "step-clock");
  return new Map(
    groups.flatMap((group) =>
      group.clients.map((client) => {
        const struck = lasting.filter(({ whom }) => whom === client || whom === group.name || whom === SERVER);
        return [client, spansOf(own.get(client) ?? [], struck, group, client)] as const;
      }),
    ),
  );
}

function notLive(events: readonly JournalEvent[]): Map<string, Span[]> {
  const spans = new Map<string, { fromMs: number; untilMs: number }[]>();
  for (const event of events) {
    if (event.type !== "watching" && event.type !== "blind") continue;
    const own = spans.get(event.observer) ?? [{ fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY }];
    spans.set(event.observer, own);
    const last = own.at(-1);
    if (event.type === "blind" && last?.untilMs !== Number.POSITIVE_INFINITY)
      own.push({ fromMs: event.atMs, untilMs: Number.POSITIVE_INFINITY });
    if (event.type === "watching" && last) last.untilMs = Math.min(last.untilMs, event.atMs);
  }
  return spans;
}
