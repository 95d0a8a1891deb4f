/** Something that changes, and those who want to know. */

/** Registers and tells. */
export interface Emitter {
  onChange(callback: () => void): () => void;
  emit(): void;
}

/** Makes an emitter without listeners. */
export function createEmitter(): Emitter {
  const listeners = new Set<{ readonly callback: () => void }>();
  return {
    onChange(callback) {
      const entry = { callback };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    emit() {
      for (const { callback } of [...listeners]) callback();
    },
  };
}
