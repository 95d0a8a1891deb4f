import type { channels } from "@attune-demo/room/client";

declare module "@attune/core" {
  interface Register {
    channels: typeof channels;
  }
}
