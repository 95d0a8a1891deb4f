/** The shared state of a channel, as a composable. */
import type { StateOf, StateVersion } from "@attune/core";
import { type SharedStateStatus, sharedState } from "@attune/core/state";
import { untrack } from "svelte";
import { type ChannelName, type Definition, type MaybeGetter, useAtom, useLease, type Value } from "./bridge.svelte.js";

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
 * Joins a channel and shares one value with everybody on it, for as long as the component lives.
 *
 * @param channel a name, or a getter of one: when it changes, the old channel is left and the new one joined
 * @throws {RealtimeError} `missing-context`, `invalid-channel`, `unsupported` where the provider has no shared state, `unknown-event`
 * where none is declared
 * @example
 * ```ts
 * import { useSharedState } from "@attune/svelte";
 * const { state, update } = useSharedState("presence:room:1");
 * await update((draft) => {
 *   draft["topic"] = "Tuning";
 * });
 * ```
 */
export function useSharedState<N extends ChannelName>(
  channel: MaybeGetter<N>,
): UseSharedStateReturn<StateOf<Definition<N>>> {
  const handle = useLease(channel);
  const shared = $derived(sharedState(handle.current));
  // A provider that has none says so here, and not in an effect.
  untrack(() => shared);
  return {
    state: useAtom(() => shared.$value),
    status: useAtom(() => shared.$status),
    update: (mutator) => shared.update(mutator),
  };
}
