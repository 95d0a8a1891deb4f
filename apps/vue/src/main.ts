/** Starts the Vue app. */
import { realtimePlugin } from "@attune/vue";
import { roomOf } from "@attune-demo/room/client";
import "@attune-demo/room/style.css";
import { createApp } from "vue";
import { realtime } from "./realtime.js";
import Room from "./Room.vue";

createApp(Room, { room: roomOf(new URL(location.href)) })
  .use(realtimePlugin(realtime))
  .mount("#app");
