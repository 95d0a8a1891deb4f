/** A member of ours, as an app makes it: every option at its default. */
import { createRealtime } from "@attune/core";
import { socketio } from "@attune/socketio";
import { channels } from "../../servers/attune-server.js";
import { ROOM_CHANNEL } from "../../servers/bench-server.js";
import type { PresenceClient, PresenceClientOptions } from "./presence-client.js";

export async function connectAttune({ port, name, onNews }: PresenceClientOptions): Promise<PresenceClient> {
  const realtime = createRealtime({ driver: socketio(`http://127.0.0.1:${port}`), channels, auth: name });
  const channel = realtime.channel(ROOM_CHANNEL);
  let isLive = false;
  let entered: () => void;
  let failed: (error: Error) => void;
  const entering = new Promise<void>((resolve, reject) => {
    entered = resolve;
    failed = reject;
  });
  channel.on("member_joined", ({ userId }) => onNews("join", userId));
  channel.on("member_left", ({ userId }) => onNews("leave", userId));
  channel.on("member_updated", ({ userId }) => onNews("update", userId));
  channel.$status.listen(({ phase, continuity, error }) => {
    isLive = phase === "joined" && continuity === "live";
    if (isLive) entered();
    if (error) failed(error);
  });
  await realtime.connect();
  return {
    enter() {
      channel.join();
      return entering;
    },
    isLive: () => isLive,
    shown: () => channel.$members.get().length,
    end: () => realtime.dispose(),
  };
}
