/** The listeners made through the service: each one holds a lease on its channel, and ends with it. */
import type { Channel } from "./channel/channel-handle.js";

/** Listeners that hold leases. */
export interface ServiceListeners {
  /** Listens and joins; the returned function ends both. */
  add(channel: Channel, name: string, listen: () => () => void): () => void;
  /** Ends those of a channel, of one event or of all. */
  end(channel?: string, name?: string): void;
}

/** Makes an empty set. */
export function createServiceListeners(): ServiceListeners {
  const all = new Set<{ readonly channel: string; readonly name: string; end(): void }>();
  return {
    add(channel, name, listen) {
      const unlisten = listen();
      const leave = channel.join();
      const registration = {
        channel: channel.name,
        name,
        end() {
          if (!all.delete(registration)) return;
          unlisten();
          leave();
        },
      };
      all.add(registration);
      return registration.end;
    },
    end(channel, name) {
      for (const registration of [...all]) {
        const fits =
          (channel === undefined || registration.channel === channel) &&
          (name === undefined || registration.name === name);
        if (fits) registration.end();
      }
    },
  };
}
