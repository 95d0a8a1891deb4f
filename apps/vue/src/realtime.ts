/** The realtime service of this app: how it connects, and as whom. */
import { initRealtime } from "@attune/core";
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
  env: { network: networkSwitch.network },
});

guest.onRenamed(() => realtime.reconnect());
