/** The last messages of a channel, and a live view of them per event. */
import { atom } from "nanostores";
import type { ReadableAtom, WritableAtom } from "nanostores";
import type { GapMarker, MessageItem, RealtimeMessage } from "./channel-handle.js";

/** How many items are kept, per channel and per view. */
const MAX_ITEMS = 1_000;

/** Keeps what was delivered. */
export interface MessageLog {
  add(items: readonly MessageItem[]): void;
  messages(event: string): ReadableAtom<readonly MessageItem[]>;
}

/** An empty log. */
export function createMessageLog(): MessageLog {
  const views = new Map<string, WritableAtom<readonly MessageItem[]>>();
  let log: readonly MessageItem[] = [];
  const kept = (items: readonly MessageItem[], more: readonly MessageItem[]): readonly MessageItem[] =>
    [...items, ...more].slice(-MAX_ITEMS);
  return {
    add(items) {
      log = kept(log, items);
      for (const [event, $view] of views) {
        const mine = items.filter(belongsTo(event));
        if (mine.length) $view.set(kept($view.value as readonly MessageItem[], mine));
      }
    },
    messages(event) {
      // A view that is asked for late begins with what the channel already has.
      const $view = views.get(event) ?? atom(log.filter(belongsTo(event)));
      views.set(event, $view);
      return $view;
    },
  };
}

function belongsTo(event: string): (item: GapMarker | RealtimeMessage) => boolean {
  return (item) => item.type === "gap" || item.event === event;
}
