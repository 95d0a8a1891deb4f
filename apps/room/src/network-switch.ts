/** Takes the app offline on purpose, as a tunnel or a flight mode would. */
import { browserEnvironment, type Network } from "@attune/core";

/** The browser's network, with a switch in front. */
export interface NetworkSwitch {
  /** For `createRealtime({ env: { network } })`. */
  readonly network: Network;
  setOffline(isOffline: boolean): void;
}

/** This is not `disconnect()`: nothing is left on purpose, the connection is simply gone until the switch is back. */
export function createNetworkSwitch(): NetworkSwitch {
  const { network } = browserEnvironment();
  const listeners = new Set<() => void>();
  let isOff = false;
  return {
    network: {
      isOnline: () => !isOff && network.isOnline(),
      onChange(callback) {
        const end = network.onChange(callback);
        listeners.add(callback);
        return () => {
          end();
          listeners.delete(callback);
        };
      },
    },
    setOffline(isOffline) {
      isOff = isOffline;
      for (const listener of [...listeners]) listener();
    },
  };
}
