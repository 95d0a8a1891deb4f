/** The shared state of a channel, as a composable. */
import type { StateOf, StateVersion } from "@attune/core";
import { type SharedStateStatus, sharedState } from "@attune/core/state";
import { computed, type MaybeRefOrGetter } from "vue";
import { type ChannelName, type Definition, useAtom, useLease, type Value } from "./bridge.js";

/** What {@link useSharedState} gives. */
export interface UseSharedStateReturn<T> {
  /** With my changes in it that are on their way; `undefined` before the first value came. Frozen: change it by `update`. */
  readonly state: Value<T | undefined>;
  /** `version`: the server's that is shown. `pending`: how many of my changes it does not have yet. */
  readonly status: Value<SharedStateStatus>;
  /** Changes a draft of it: shown at once, kept while offline, run again when somebody else's change came first. */
  update(mutator: (draft: T) => T | void): Promise<StateVersion>;
}

/**
 * Joins a channel and shares one value with everybody on it, for as long as the scope lives.
 *
 * @param channel a name, or a ref or getter of one: when it changes, the old channel is left and the new one joined
 * @throws {RealtimeError} `missing-context`, `invalid-channel`, `unsupported` where the provider has no shared state, `unknown-event`
 * where none is declared
 * @example
 * ```ts
 * import { useSharedState } from "@attune/vue";
 * const { state, update } = useSharedState("presence:room:1");
 * await update((draft) => {
 *   draft["topic"] = "Tuning";
 * });
 * ```
 */
export function useSharedState<N extends ChannelName>(
  channel: MaybeRefOrGetter<N>,
): UseSharedStateReturn<StateOf<Definition<N>>> {
  const handle = useLease(channel);
  const shared = computed(() => sharedState(handle.value));
  // A provider that has none says so here, and not in an effect.
  void shared.value;
  return {
    state: useAtom(() => shared.value.$value),
    status: useAtom(() => shared.value.$status),
    update: (mutator) => shared.value.update(mutator),
  };
}
