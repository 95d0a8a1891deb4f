/** Tells listeners by name; one that throws disturbs neither the others nor the caller. */

/** Registers and tells. */
export interface Notices<Map> {
  on<N extends keyof Map>(name: N, callback: (value: Map[N]) => void): () => void;
  /** Returns how many listened. */
  tell<N extends keyof Map>(name: N, value: Map[N]): number;
  clear(): void;
}

/** Makes an empty set of listeners. `report` gets what they throw. */
export function createNotices<Map>(report: (error: unknown) => void): Notices<Map> {
  const listeners = new globalThis.Map<keyof Map, Set<{ callback: (value: never) => void }>>();
  return {
    on(name, callback) {
      // A fresh object for each registration: the same function registered twice is two listeners.
      const registration = { callback };
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(registration));
      return () => {
        set.delete(registration);
        if (!set.size && listeners.get(name) === set) listeners.delete(name);
      };
    },
    tell(name, value) {
      const set = listeners.get(name);
      if (!set) return 0;
      for (const registration of [...set]) {
        // Ended by a listener before it.
        if (!set.has(registration)) continue;
        try {
          registration.callback(value as never);
        } catch (error) {
          report(error);
        }
      }
      return set.size;
    },
    clear: () => listeners.clear(),
  };
}
