/** Live cursors over the lossy lane: a pointer handler out, everybody else's positions in. */
import type { ReadableAtom } from "nanostores";
import { derived } from "../derived.js";
import type { Channel, SignalEntry } from "./channel-handle.js";

/** Where somebody points: 0 is the left or upper edge of the element, 1 the right or lower. */
export interface Cursor {
  readonly connectionId: string;
  readonly userId?: string | undefined;
  readonly name?: string | undefined;
  readonly x: number;
  readonly y: number;
}

/** The part of a pointer event that is used. */
export interface PointerLike {
  readonly clientX: number;
  readonly clientY: number;
  readonly currentTarget: unknown;
}

/** Cursors of a channel, and the handlers for the element they move over. */
export interface Cursors {
  readonly $cursors: ReadableAtom<readonly Cursor[]>;
  onPointerMove(event: PointerLike): void;
  /** Takes my cursor away. */
  onPointerLeave(): void;
}

/** What is used of a channel, so that a handle of any definition fits. */
type SignalChannel = Pick<Channel, "signals" | "signal">;

/** A thousandth of an element is less than most screens can show, and keeps the frames short. */
const STEPS = 1_000;

/**
 * Cursors over a signal, whose schema must allow `{ x: number, y: number }`. Rate and coalescing are those of every signal.
 *
 * @param options.name the signal's name; default `"cursor"`
 */
export function cursors(channel: SignalChannel, options: { readonly name?: string } = {}): Cursors {
  const name = options.name ?? "cursor";
  const $entries = channel.signals(name);
  let isShown = false;
  return {
    $cursors: derived($entries, $entries, (entries) => entries.flatMap(toCursor)),
    onPointerMove({ clientX, clientY, currentTarget }) {
      isShown = true;
      const box = (currentTarget as Element).getBoundingClientRect();
      const part = (at: number, from: number, size: number): number =>
        Math.round(((at - from) / (size || 1)) * STEPS) / STEPS;
      channel.signal(name, { x: part(clientX, box.left, box.width), y: part(clientY, box.top, box.height) });
    },
    onPointerLeave() {
      if (isShown) channel.signal(name, null);
      isShown = false;
    },
  };
}

function toCursor({ value, ...who }: SignalEntry): Cursor[] {
  const { x, y } = (value ?? {}) as Partial<Cursor>;
  return typeof x === "number" && typeof y === "number" ? [{ ...who, x, y }] : [];
}
