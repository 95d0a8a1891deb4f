/** The lossy lane of one channel: mine out at a bounded rate, the latest of the others in. */
import type { Clock } from "@attune/protocol";
import { atom } from "nanostores";
import type { ReadableAtom, WritableAtom } from "nanostores";
import type { SignalEntry } from "./channel-handle.js";

/** At most 20 a second leave: the latest of each name, the last one always. On a degraded line a quarter of that. */
const EVERY_MS = 50;
const DEGRADED_EVERY_MS = 200;

/** The signals of one channel. */
export interface Signals {
  send(name: string, value: unknown): void;
  view(name: string): ReadableAtom<readonly SignalEntry[]>;
  /** The latest values of a name. */
  heard(name: string, entries: readonly SignalEntry[]): void;
  gone(connectionIds: readonly string[]): void;
  /** Forgets everything that came, and what has not left yet. */
  clear(): void;
}

/** Makes the signals of a channel. `emit` drops what cannot be sent now. */
export function createSignals(
  clock: Clock,
  isDegraded: () => boolean,
  emit: (name: string, value: unknown) => void,
): Signals {
  const views = new Map<string, WritableAtom<readonly SignalEntry[]>>();
  const waiting = new Map<string, unknown>();
  let flushedAtMs = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  const everyMs = (): number => (isDegraded() ? DEGRADED_EVERY_MS : EVERY_MS);

  function flush(): void {
    cancel = undefined;
    flushedAtMs = clock.now();
    // One at a time, whatever its name: a value that is set again keeps its place in the line.
    const [next] = waiting;
    if (!next) return;
    waiting.delete(next[0]);
    if (waiting.size) cancel = clock.after(everyMs(), flush);
    emit(...next);
  }

  return {
    send(name, value) {
      waiting.set(name, value);
      if (cancel) return;
      const waitMs = flushedAtMs + everyMs() - clock.now();
      if (waitMs <= 0) flush();
      else cancel = clock.after(waitMs, flush);
    },
    view(name) {
      const $view = views.get(name) ?? atom<readonly SignalEntry[]>([]);
      views.set(name, $view);
      return $view;
    },
    heard(name, entries) {
      // Without a reader nothing is kept: a signal is worth something only now.
      const $view = views.get(name);
      if (!$view) return;
      const latest = new Map(($view.value as readonly SignalEntry[]).map((entry) => [entry.connectionId, entry]));
      for (const entry of entries) {
        if (entry.value === null) latest.delete(entry.connectionId);
        else latest.set(entry.connectionId, entry);
      }
      $view.set([...latest.values()]);
    },
    gone(connectionIds) {
      for (const $view of views.values()) {
        const before = $view.value as readonly SignalEntry[];
        const after = before.filter(({ connectionId }) => !connectionIds.includes(connectionId));
        if (after.length < before.length) $view.set(after);
      }
    },
    clear() {
      cancel?.();
      cancel = undefined;
      waiting.clear();
      for (const $view of views.values()) $view.set([]);
    },
  };
}
