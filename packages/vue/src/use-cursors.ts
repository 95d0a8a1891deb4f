/** The pointers of the others on a channel, as a composable. */
import { type Cursor, cursors } from "@attune/core";
import { computed, type MaybeRefOrGetter, watchPostEffect } from "vue";
import { type ChannelName, useAtom, useLease, type Value } from "./bridge.js";

/** Options of {@link useCursors}. */
export interface UseCursorsOptions {
  /** The signal that carries the pointers; another one for each further element on the channel. Default `"cursor"`. */
  readonly name?: string;
}

/** What {@link useCursors} gives. */
export interface UseCursorsReturn {
  /** Where the others point: `x` and `y` from 0 to 1 of the element. */
  readonly cursors: Value<readonly Cursor[]>;
  /** Shows others where I point. Bind them to the element: `<div v-bind="handlers">`. */
  readonly handlers: {
    onPointermove(event: PointerEvent): void;
    onPointerleave(): void;
  };
}

/**
 * Joins a channel and shares pointers over an element, for as long as the scope lives.
 *
 * @param channel a name, or a ref or getter of one: when it changes, the old channel is left and the new one joined
 * @throws {RealtimeError} `missing-context`, `invalid-channel`
 * @example
 * ```ts
 * import { useCursors } from "@attune/vue";
 * const { cursors, handlers } = useCursors("presence:board:1");
 * ```
 */
export function useCursors<N extends ChannelName>(
  channel: MaybeRefOrGetter<N>,
  options?: UseCursorsOptions,
): UseCursorsReturn {
  const handle = useLease(channel);
  const pointers = computed(() => cursors(handle.value, options));
  // Where the element is gone, my pointer is too, also when another component stays on the channel.
  watchPostEffect((onCleanup) => onCleanup(pointers.value.onPointerLeave));
  return {
    cursors: useAtom(() => pointers.value.$cursors),
    handlers: {
      onPointermove: (event) => pointers.value.onPointerMove(event),
      onPointerleave: () => pointers.value.onPointerLeave(),
    },
  };
}
