/** The pointers of the others on a channel, as a composable. */
import { type Cursor, cursors } from "@attune/core";
import { type ChannelName, type MaybeGetter, useAtom, useLease, type Value } from "./bridge.svelte.js";

/** Options of {@link useCursors}. */
export interface UseCursorsOptions {
  /** The signal that carries the pointers; another one for each further element on the channel. Default `"cursor"`. */
  readonly name?: string;
}

/** What {@link useCursors} gives. */
export interface UseCursorsReturn {
  /** Where the others point: `x` and `y` from 0 to 1 of the element. */
  readonly cursors: Value<readonly Cursor[]>;
  /** Shows others where I point. Bind them to the element: `<div {...handlers}>`. */
  readonly handlers: {
    onpointermove(event: PointerEvent): void;
    onpointerleave(): void;
  };
}

/**
 * Joins a channel and shares pointers over an element, for as long as the component lives.
 *
 * @param channel a name, or a getter of one: when it changes, the old channel is left and the new one joined
 * @throws {RealtimeError} `missing-context`, `invalid-channel`
 * @example
 * ```ts
 * import { useCursors } from "@attune/svelte";
 * const { cursors, handlers } = useCursors("presence:board:1");
 * ```
 */
export function useCursors<N extends ChannelName>(
  channel: MaybeGetter<N>,
  options?: UseCursorsOptions,
): UseCursorsReturn {
  const handle = useLease(channel);
  const pointers = $derived(cursors(handle.current, options));
  // Where the element is gone, my pointer is too, also when another component stays on the channel.
  $effect(() => pointers.onPointerLeave);
  return {
    cursors: useAtom(() => pointers.$cursors),
    handlers: {
      onpointermove: (event) => pointers.onPointerMove(event),
      onpointerleave: () => pointers.onPointerLeave(),
    },
  };
}
