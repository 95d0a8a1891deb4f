/** Every channel by name: one object for all who use it, kept while it is leased, forgotten when nobody holds it. */
import type { LiveChannel } from "./channel.js";

/** The channels of a service. */
export interface Registry {
  get(name: string): LiveChannel;
  /** Those that somebody needs. */
  readonly leased: ReadonlyMap<string, LiveChannel>;
  setLeased(channel: LiveChannel, isLeased: boolean): void;
}

/** Makes an empty registry. */
export function createRegistry(make: (name: string) => LiveChannel): Registry {
  const leased = new Map<string, LiveChannel>();
  // A page may visit any number of channels; one that nobody leases or holds any more must not stay for ever.
  const known = new Map<string, WeakRef<LiveChannel["handle"]>>();
  const lives = new WeakMap<LiveChannel["handle"], LiveChannel>();
  const forgotten = new FinalizationRegistry<string>((name) => {
    if (!known.get(name)?.deref()) known.delete(name);
  });
  return {
    leased,
    get(name) {
      const handle = known.get(name)?.deref();
      const found = handle && lives.get(handle);
      if (found) return found;
      const channel = make(name);
      known.set(name, new WeakRef(channel.handle));
      lives.set(channel.handle, channel);
      forgotten.register(channel.handle, name);
      return channel;
    },
    setLeased(channel, isLeased) {
      if (isLeased) leased.set(channel.handle.name, channel);
      else leased.delete(channel.handle.name);
    },
  };
}
