/** What happened in a run, one event after the other, in the order in which it was seen. */

/** A client asked for a message to be sent. `id` is the test's own, carried in the payload, and unique in its channel. */
export interface PublishedEvent {
  readonly type: "published";
  readonly client: string;
  readonly channel: string;
  readonly id: string;
}

/** Its publish settled: acknowledged, or failed and its publisher told. */
export interface SettledEvent {
  readonly type: "acked" | "failed";
  readonly client: string;
  readonly channel: string;
  readonly id: string;
}

/** A subscriber was given a message. */
export interface DeliveredEvent {
  readonly type: "delivered";
  readonly subscriber: string;
  readonly channel: string;
  readonly id: string;
}

/**
 * A subscriber came, was told that messages are missing, or left.
 *
 * Say `joined` of everyone, also of those who are there from the start: of somebody who then got nothing at all, nothing
 * else in the history knows. One that was given messages and never `joined` was there from the start; one that never `left`
 * stays to the end.
 */
export interface SubscriberEvent {
  readonly type: "joined" | "gap" | "left";
  readonly subscriber: string;
  readonly channel: string;
}

/** One line of a history. */
export type HistoryEvent = PublishedEvent | SettledEvent | DeliveredEvent | SubscriberEvent;

/** Writes a history as JSON lines. */
export function formatHistory(events: readonly HistoryEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}

/**
 * Reads a history from JSON lines. A last line that was cut off, by a process that was killed, is left out.
 *
 * @throws {SyntaxError} for any other line that is no JSON
 */
export function parseHistory(text: string): HistoryEvent[] {
  const lines = text.split("\n");
  // What follows the last line break is "", or a line that was never finished.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as HistoryEvent);
}
