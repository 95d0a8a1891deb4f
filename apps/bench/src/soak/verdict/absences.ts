/** When each client was away, by all that is known: what it saw of its connection itself, and what was done to it. Pure. */
import type { Group } from "../plan/cast.js";
import type { JournalEvent } from "../run/journal.js";
import type { SoakRecord } from "../run/run-soak.js";
import { SERVER, type Trouble } from "../run/trouble-log.js";
import { merged, type Span } from "./spans.js";

/** A line whose fault was taken back may be reset then, and what was swallowed is noticed a moment later. */
const APART_MS = 1_000;
/** Through which something comes, later. */
const SLOW: Trouble["fault"]["fault"] = "delay";

/** Of each client, in order, from the run's first moment on. */
export type Absences = ReadonlyMap<string, readonly Span[]>;

/** @param isTolerant leaves out what only makes a line slow */
export function absencesIn(record: SoakRecord, isTolerant: boolean): Absences {
  const { groups, events, troubles } = record;
  const own = notLive(events);
  return new Map(
    groups.flatMap((group) =>
      group.clients.map((client) => {
        const struck = troubles.filter(
          (trouble) =>
            meets(trouble, client, group) &&
            trouble.fault.fault !== "step-clock" &&
            !(isTolerant && trouble.fault.fault === SLOW),
        );
        return [client, merged([...(own.get(client) ?? []), ...struck], APART_MS)] as const;
      }),
    ),
  );
}

/** Whether a fault is one of this client's. */
function meets({ whom }: Trouble, client: string, group: Group): boolean {
  return whom === client || whom === group.name || whom === SERVER;
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
