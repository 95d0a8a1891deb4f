/** Every channel by name: one object for all who use it, kept while it is leased, forgotten when nobody holds it. */
import type { LiveChannel } from "./live-channel.js";

/** The channels of a service. */
export interface Registry {
  get(name: string): LiveChannel;
  /** Those that somebody needs. */
  readonly leased: ReadonlyMap<string, LiveChannel>;
  setLeased(channel: LiveChannel, isLeased: boolean): void;
  /** Keeps a channel that nobody may hold: it has listeners, or a state of mine. The returned function lets go of it. */
  hold(channel: LiveChannel): () => void;
}

/** Makes an empty registry. */
export function createRegistry(make: (name: string) => LiveChannel): Registry {
  const leased = new Map<string, LiveChannel>();
  const held = new Set<{ readonly channel: LiveChannel }>();
  // A page may visit any number of channels; one that nobody leases or holds any more must not stay for ever. A handle leads
  // to its channel by itself, and so must an atom: a view that is asked for early is filled by whoever joins later.
  const known = new Map<string, WeakRef<LiveChannel>>();
  const forgotten = new FinalizationRegistry<string>((name) => {
    if (!known.get(name)?.deref()) known.delete(name);
  });
  return {
    leased,
    get(name) {
      const found = known.get(name)?.deref();
      if (found) return found;
      const channel = make(name);
      known.set(name, new WeakRef(channel));
      forgotten.register(channel, name);
      return channel;
    },
    setLeased(channel, isLeased) {
      if (isLeased) leased.set(channel.handle.name, channel);
      else leased.delete(channel.handle.name);
    },
    hold(channel) {
      const hold = { channel };
      held.add(hold);
      return () => held.delete(hold);
    },
  };
}
