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

/** The truth: a member is there from now on, or is not. Say `came` before it connects, and `went` when its line is dead, or it left. */
export interface MemberEvent {
  readonly type: "came" | "went";
  readonly member: string;
  readonly channel: string;
  readonly atMs: number;
  /** It said goodbye, so that others may see it at once. */
  readonly goodbye?: boolean;
}

/** What an observer was shown. One that never said `watching` watches from the start; while it is `blind`, having no line, its view may be old. */
export type ObserverEvent = {
  readonly observer: string;
  readonly channel: string;
  readonly atMs: number;
} & ({ readonly type: "watching" | "blind" } | { readonly type: "saw-join" | "saw-leave"; readonly member: string });

/** The run is over: said after a quiet time, so that every view should be right. */
export interface EndedEvent {
  readonly type: "ended";
  readonly atMs: number;
}

/** What is about who is there. */
export type PresenceEvent = MemberEvent | ObserverEvent | EndedEvent;

/** One line of a history. */
export type HistoryEvent = PublishedEvent | SettledEvent | DeliveredEvent | SubscriberEvent | PresenceEvent;

const ABOUT_PRESENCE: readonly HistoryEvent["type"][] = [
  "came",
  "went",
  "watching",
  "blind",
  "saw-join",
  "saw-leave",
  "ended",
];

/** Tells events about who is there from those about messages. */
export function isPresenceEvent(event: HistoryEvent): event is PresenceEvent {
  return ABOUT_PRESENCE.includes(event.type);
}

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
