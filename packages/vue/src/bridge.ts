/** The bridge between core and Vue: an atom becomes a shallow reference, a lease an effect. */
import type { Channel, ChannelNameOf, DefinitionOf, RegisteredChannels } from "@attune/core";
import {
  type ComputedRef,
  computed,
  type MaybeRefOrGetter,
  type ShallowRef,
  shallowRef,
  toValue,
  triggerRef,
  watchPostEffect,
} from "vue";
import { useRealtime } from "./plugin.js";

/** The names of the app's channels; any string until the app adds them to `Register`. */
export type ChannelName = ChannelNameOf<RegisteredChannels>;

/** What the app declared for a channel. */
export type Definition<N extends string> = DefinitionOf<RegisteredChannels, N>;

/** A value to read, that follows its source. Shallow: what is inside are core's own objects. */
export type Value<T> = Readonly<ShallowRef<T>>;

/** What the bridge needs of an atom. */
export interface AtomLike<T> {
  get(): T;
  subscribe(listener: () => void): () => void;
}

/**
 * Shows an atom of core; a source that gives another atom is followed.
 *
 * Reads once while setting up, and listens from mount until the scope ends: so a server only reads.
 *
 * @example
 * ```ts
 * import { useAtom, useRealtime } from "@attune/vue";
 * const stage = useRealtime().channel("public:stage");
 * const reactions = useAtom(() => stage.signals("reaction"));
 * ```
 */
export function useAtom<T>(source: () => AtomLike<T>): Value<T> {
  const atom = computed(source);
  const change = shallowRef();
  watchPostEffect((onCleanup) => onCleanup(atom.value.subscribe(() => triggerRef(change))));
  return computed(() => {
    void change.value;
    return atom.value.get();
  });
}

/** The handle of a channel, following a ref or getter. Does not join. */
export function useHandle<N extends ChannelName>(channel: MaybeRefOrGetter<N>): ComputedRef<Channel<Definition<N>>> {
  const realtime = useRealtime();
  const handle = computed(() => realtime.channel(toValue(channel)));
  // A name that is none fails here, where it was given, and not in an effect.
  void handle.value;
  return handle;
}

/** The handle of a channel that is joined from mount until the scope ends. */
export function useLease<N extends ChannelName>(channel: MaybeRefOrGetter<N>): ComputedRef<Channel<Definition<N>>> {
  const handle = useHandle(channel);
  watchPostEffect((onCleanup) => onCleanup(handle.value.join()));
  return handle;
}
