/** A client of plain Socket.IO, as its documentation shows it. */
import { io } from "socket.io-client";
import { RECONNECT } from "../system.js";
import type { SoakClient, SoakClientOptions } from "./soak-client.js";

export function connectSocketio({ system, port, events }: SoakClientOptions): SoakClient {
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ["websocket"],
    forceNew: true,
    reconnectionDelay: RECONNECT.minMs,
    reconnectionDelayMax: RECONNECT.maxMs,
    ...(system.hasRetries ? { retries: 10, ackTimeout: 1_000 } : {}),
  });
  let connections = 0;
  socket.on("connect", () => {
    if (++connections === 1) events.joined();
    else events.reconnected();
    events.live(true);
  });
  socket.on("disconnect", () => events.live(false));
  socket.on("message", ({ id }: { id: string }) => events.delivered(id));
  return {
    publish: (id) =>
      new Promise<void>((resolve, reject) => {
        // With retries its first argument is an error or null; without, there is none.
        socket.emit("message", { id }, (error?: Error | null) => (error ? reject(error) : resolve()));
      }),
    isLive: () => socket.connected,
    end: () => void socket.disconnect(),
  };
}
