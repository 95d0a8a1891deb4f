/** The bridge between core and Svelte: an atom becomes a value with `current`, a lease an effect. */
import type { Channel, ChannelNameOf, DefinitionOf, RegisteredChannels } from "@attune/core";
import { untrack } from "svelte";
import { createSubscriber } from "svelte/reactivity";
import { type Readable, toStore } from "svelte/store";
import { useRealtime } from "./context.js";

/** The names of the app's channels; any string until the app adds them to `Register`. */
export type ChannelName = ChannelNameOf<RegisteredChannels>;

/** What the app declared for a channel. */
export type Definition<N extends string> = DefinitionOf<RegisteredChannels, N>;

/** A value, or a function that gives it and is followed. */
export type MaybeGetter<T> = T | (() => T);

/** A value to read, that follows its source: by `members.current`, or as a store by `$members`. */
export interface Value<T> extends Readable<T> {
  readonly current: T;
}

/** What the bridge needs of an atom. */
export interface AtomLike<T> {
  get(): T;
  listen(listener: () => void): () => void;
}

/** A value, given as such or by a getter. */
export function toValue<T extends string>(source: MaybeGetter<T>): T {
  return typeof source === "function" ? source() : source;
}

/** Makes a value of a getter. */
export function fromGetter<T>(get: () => T): Value<T> {
  return {
    get current() {
      return get();
    },
    // A store of its own for each subscriber: one that is kept would show the next one what the last one saw.
    subscribe: (run, invalidate) => untrack(() => toStore(get).subscribe(run, invalidate)),
  };
}

/**
 * Shows an atom of core; a source that gives another atom is followed.
 *
 * Listens while an effect or a template reads it: so a server only reads.
 *
 * @example
 * ```ts
 * import { useAtom, useRealtime } from "@attune/svelte";
 * const stage = useRealtime().channel("public:stage");
 * const reactions = useAtom(() => stage.signals("reaction"));
 * ```
 */
export function useAtom<T>(source: () => AtomLike<T>): Value<T> {
  const read = $derived.by(() => {
    const atom = source();
    const track = createSubscriber((update) => atom.listen(update));
    return () => {
      track();
      return atom.get();
    };
  });
  return fromGetter(() => read());
}

/** The handle of a channel, following a getter. Does not join. */
export function useHandle<N extends ChannelName>(
  channel: MaybeGetter<N>,
): { readonly current: Channel<Definition<N>> } {
  const realtime = useRealtime();
  const handle = $derived(realtime.channel(toValue(channel)));
  // A name that is none fails here, where it was given, and not in an effect.
  untrack(() => handle);
  return {
    get current() {
      return handle;
    },
  };
}

/** The handle of a channel that is joined from mount until the component is destroyed. */
export function useLease<N extends ChannelName>(channel: MaybeGetter<N>): { readonly current: Channel<Definition<N>> } {
  const handle = useHandle(channel);
  $effect(() => {
    const held = handle.current;
    return untrack(() => held.join());
  });
  return handle;
}
