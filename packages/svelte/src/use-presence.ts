/** Who is on a channel, as a composable. */
import type { CustomStateOf, MyState, PresenceMember, PresencePatch } from "@attune/core";
import { type ChannelName, type Definition, type MaybeGetter, useAtom, useLease, type Value } from "./bridge.svelte.js";

/** What {@link usePresence} gives. */
export interface UsePresenceReturn<Custom = Record<string, unknown>> {
  /** All members, me among them. While reconnecting they stay, marked as `unconfirmed`. */
  readonly members: Value<readonly PresenceMember<Custom>[]>;
  /** The members without me. */
  readonly others: Value<readonly PresenceMember<Custom>[]>;
  /** What I show of myself: `status` and `customState`. It never blinks. */
  readonly myState: Value<MyState<Custom>>;
  /** Changes only the keys given; `null` deletes a key of `customState`. */
  setMyState(patch: PresencePatch<Custom>): void;
}

/**
 * Joins a channel and shows its members, for as long as the component lives.
 *
 * @param channel a name, or a getter of one: when it changes, the old channel is left and the new one joined
 * @throws {RealtimeError} `missing-context`, `invalid-channel`
 * @example
 * ```ts
 * import { usePresence } from "@attune/svelte";
 * const { members, setMyState } = usePresence("presence:room:1");
 * setMyState({ status: "away" });
 * ```
 */
export function usePresence<N extends ChannelName>(
  channel: MaybeGetter<N>,
): UsePresenceReturn<CustomStateOf<Definition<N>>> {
  const handle = useLease(channel);
  return {
    members: useAtom(() => handle.current.$members),
    others: useAtom(() => handle.current.$others),
    myState: useAtom(() => handle.current.$me),
    setMyState: (patch) => handle.current.setMyState(patch),
  };
}
