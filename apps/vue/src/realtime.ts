/** The realtime service of this app: how it connects, and as whom. */
import { initRealtime } from "@attune/core";
import { indexedDb } from "@attune/core/indexeddb";
import { channels, createGuest, createNetworkSwitch, roomDriver } from "@attune-demo/room/client";

declare module "@attune/core" {
  interface Register {
    channels: typeof channels;
  }
}

export const guest = createGuest("vue");
export const networkSwitch = createNetworkSwitch();

export const realtime = initRealtime({
  driver: roomDriver(),
  channels,
  auth: guest.token,
  // Each app is a guest of its own, in one origin.
  queue: { storage: indexedDb({ name: "attune-demo-vue" }) },
  env: { network: networkSwitch.network },
});

guest.onRenamed(() => realtime.reconnect());
