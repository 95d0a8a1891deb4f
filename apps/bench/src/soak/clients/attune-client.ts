/** A client of ours, as an app uses it. */
import { createRealtime, type RealtimeOptions } from "@attune/core";
import { socketio } from "@attune/socketio";
import { CHANNEL, RECONNECT } from "../system.js";
import type { SoakClient, SoakClientOptions } from "./soak-client.js";

const LIFTED: Pick<RealtimeOptions, "queue" | "reconnect"> = {
  queue: { max: Number.POSITIVE_INFINITY, perSecond: 0 },
  reconnect: {
    minMs: RECONNECT.minMs,
    maxMs: RECONNECT.maxMs - RECONNECT.minMs,
    jitterMs: RECONNECT.minMs,
    maxAttempts: Number.POSITIVE_INFINITY,
  },
};
/** Somebody whose attempts are used up presses the button, as a user would. */
const TRY_AGAIN_MS = 300;

export function connectAttune({ system, port, name, skewMs, events }: SoakClientOptions): SoakClient {
  const realtime = createRealtime({
    driver: socketio(`http://127.0.0.1:${port}`),
    auth: name,
    env: { clock: skewedBy(skewMs) },
    ...(system.isTuned ? LIFTED : {}),
  });
  const channel = realtime.channel(CHANNEL);
  let isOver = false;
  let hasJoined = false;
  let isLive = false;
  let connections = 0;

  realtime.onConnectionChange((status) => {
    if (status === "connected" && ++connections > 1) events.reconnected();
  });
  realtime.on("permanently_disconnected", ({ error }) => {
    if (isOver) return;
    events.failed(`permanently_disconnected: ${error.code}`);
    setTimeout(() => isOver || realtime.connect().catch(() => {}), TRY_AGAIN_MS);
  });
  realtime.on("error", (error) => events.failed(`error: ${error.code}: ${error.message}`));
  channel.$status.listen(({ phase, continuity, error }) => {
    if (phase === "joined" && !hasJoined) {
      hasJoined = true;
      events.joined();
    }
    if (error) events.failed(`channel ${phase}: ${error.code}`);
    const isNow = phase === "joined" && continuity === "live";
    if (isNow !== isLive) events.live((isLive = isNow));
  });
  channel.$members.subscribe((members) => events.members(members.map(({ userId }) => userId)));
  realtime.on("sync_requested", () => {
    events.gap();
    channel.acknowledgeGap();
  });
  realtime.subscribe(CHANNEL, "message", ({ data }) => events.delivered((data as { id: string }).id));
  return {
    publish: (id) => channel.publish("message", { id }),
    isLive: () => isLive && realtime.$connection.value?.status === "connected",
    end() {
      isOver = true;
      realtime.dispose();
    },
  };
}

function skewedBy(ms: number): { now(): number; after(ms: number, run: () => void): () => void } {
  return {
    now: () => Date.now() + ms,
    after(waitMs, run) {
      const timer = setTimeout(run, waitMs);
      return () => clearTimeout(timer);
    },
  };
}
