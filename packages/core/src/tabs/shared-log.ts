/** The last messages of a channel at the leader, so that a tab can begin where it stands without a join at the provider. */
import type { IncomingMessage, Position } from "../driver.js";

/** How many messages are kept; the same number of ids tells core's repeats. */
const MAX_MESSAGES = 1_000;

/** The log of one channel: without a hole, from its start on. */
export interface SharedLog {
  readonly messages: readonly IncomingMessage[];
  /** After which position a tab goes on that has everything. */
  readonly end: Position | undefined;
  /** Nothing older can be had. */
  readonly isExhausted: boolean;
  /** Begins anew. `since`: everything after it follows; what is here already goes on where it is known. */
  rejoined(since: Position | undefined, recent: number, cut: Position | undefined): void;
  append(messages: readonly IncomingMessage[]): void;
  /** The join is complete. */
  live(): void;
  /** A page of older ones came. `hasMore`: there are others before it. */
  prepend(messages: readonly IncomingMessage[], hasMore: boolean): void;
  /** What came after a position; `undefined` where that cannot be told. */
  after(position: Position): readonly IncomingMessage[] | undefined;
  /** The last so many; `undefined` while there may be more than are here. */
  last(count: number): readonly IncomingMessage[] | undefined;
}

/** Makes an empty log. */
export function createSharedLog(): SharedLog {
  let messages: IncomingMessage[] = [];
  let ids = new Set<string>();
  let start: Position | undefined;
  let end: Position | undefined;
  /** As many of the last messages as a join was asked for are here. */
  let reach = 0;
  let isExhausted = false;

  function keep(next: IncomingMessage[]): void {
    messages = next.slice(-MAX_MESSAGES);
    ids = new Set(messages.map(({ id }) => id));
    // What the start says holds for the first message kept only.
    if (next.length > MAX_MESSAGES) start = undefined;
  }

  /** Those that are not here. A repeat may come together with its first. */
  const news = (more: readonly IncomingMessage[]): IncomingMessage[] =>
    more.filter(({ id }) => !ids.has(id) && ids.add(id));

  return {
    get messages() {
      return messages;
    },
    get end() {
      return end;
    },
    get isExhausted() {
      return isExhausted;
    },
    rejoined(since, recent, cut) {
      const known = since && messages.findIndex(({ position }) => isSame(position, since)) + 1;
      if (!known) {
        start = since;
        reach = since ? 0 : recent;
        isExhausted = false;
      }
      keep(known ? messages.slice(0, known) : []);
      end = cut ?? since;
    },
    append(more) {
      const fresh = news(more);
      for (const { position } of more) end = position ?? end;
      if (fresh.length) keep([...messages, ...fresh]);
    },
    live() {
      if (!messages.length) start ??= end;
    },
    prepend(older, hasMore) {
      const fresh = news(older);
      const last = older.at(-1)?.position;
      if (!messages.length && last) end = last;
      isExhausted = !hasMore || !fresh.length || messages.length + fresh.length >= MAX_MESSAGES;
      if (!fresh.length) return;
      // The start was that of what is no longer the first.
      start = undefined;
      keep([...fresh, ...messages]);
    },
    after(position) {
      if (isSame(start, position)) return messages;
      const at = messages.findIndex((message) => isSame(message.position, position));
      if (at >= 0) return messages.slice(at + 1);
      if (isSame(end, position)) return [];
      // Nothing lies between, though the message at the position is not kept any more; before the first of all there never was one.
      const first = messages[0]?.position;
      const isNext =
        first?.epoch !== undefined && first.epoch === position.epoch && first.offset === position.offset + 1;
      return isNext ? messages : undefined;
    },
    last(count) {
      const isEnough = isExhausted || count <= Math.max(messages.length, reach);
      return isEnough ? messages.slice(Math.max(0, messages.length - count)) : undefined;
    },
  };
}

/** Whether two positions are the same place. */
export function isSame(a: Position | undefined, b: Position | undefined): boolean {
  if (!a || !b) return a === b;
  if (a.epoch === undefined || b.epoch === undefined) return a.cursor === b.cursor;
  return a.epoch === b.epoch && a.offset === b.offset && a.id === b.id;
}
