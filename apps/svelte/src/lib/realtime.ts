/** The realtime service of this app: how it connects, and as whom. On the server it is inert: it renders, and connects nothing. */
import { initRealtime } from "@attune/core";
import { indexedDb } from "@attune/core/indexeddb";
import { channels, createGuest, createNetworkSwitch, roomDriver } from "@attune-demo/room/client";
import { browser } from "$app/environment";

export const guest = createGuest("svelte");
export const networkSwitch = createNetworkSwitch();

export const realtime = initRealtime({
  driver: roomDriver(),
  channels,
  auth: guest.token,
  // Each app is a guest of its own, in one origin.
  queue: { storage: indexedDb({ name: "attune-demo-svelte" }) },
  env: { network: networkSwitch.network },
});

if (browser) guest.onRenamed(() => realtime.reconnect());
