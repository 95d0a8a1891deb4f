/** A whole client of each system, as an app uses it: it sends to the room and hears all that is sent there. */
import { createRealtime } from "@attune/core";
import { socketio } from "@attune/socketio";
import { io } from "socket.io-client";
import { channels } from "../servers/attune-server.js";
import { type BenchMessage, ROOM_CHANNEL } from "../servers/bench-server.js";

/** A client that is in the room. */
export interface Client {
  /** Settles when the server has said what became of it; may never do so in a system that forgets. */
  publish(message: BenchMessage): Promise<unknown>;
  end(): void;
}

/** Which client to make. */
export interface ClientOptions {
  readonly port: number;
  readonly name: string;
  onMessage(message: BenchMessage): void;
  /** The client is told that it missed something. */
  onGap?(): void;
}

/** The systems that have a client. */
export type ClientSystem = "attune" | "socketio";

/** Of a client that was cut off; the same for all systems. */
const RECONNECT_MIN_MS = 20;
const RECONNECT_MAX_MS = 100;

/** Connects a client, and resolves once it is in the room. */
export function connectClient(system: ClientSystem, options: ClientOptions): Promise<Client> {
  return system === "attune" ? connectAttune(options) : connectSocketio(options);
}

function connectAttune({ port, name, onMessage, onGap }: ClientOptions): Promise<Client> {
  const realtime = createRealtime({
    driver: socketio(`http://127.0.0.1:${port}`),
    channels,
    auth: name,
    // The limits are lifted: they are tested elsewhere, and here they would be all that is seen.
    queue: { max: Number.POSITIVE_INFINITY, perSecond: 0 },
    reconnect: {
      minMs: RECONNECT_MIN_MS,
      maxMs: RECONNECT_MAX_MS - RECONNECT_MIN_MS,
      jitterMs: RECONNECT_MIN_MS,
      maxAttempts: Number.POSITIVE_INFINITY,
    },
  });
  if (onGap) realtime.on("sync_requested", onGap);
  realtime.subscribe(ROOM_CHANNEL, "message", ({ data }) => onMessage(data));
  const client: Client = {
    publish: (message) => realtime.publish(ROOM_CHANNEL, "message", message),
    end: () => realtime.dispose(),
  };
  const { $status } = realtime.channel(ROOM_CHANNEL);
  return new Promise((resolve, reject) => {
    const stop = $status.subscribe(({ phase, continuity, error }) => {
      if (error) reject(error);
      if (phase !== "joined" || continuity !== "live") return;
      // The first call comes before `subscribe` has returned.
      queueMicrotask(() => stop());
      resolve(client);
    });
  });
}

function connectSocketio({ port, onMessage }: ClientOptions): Promise<Client> {
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ["websocket"],
    forceNew: true,
    reconnectionDelay: RECONNECT_MIN_MS,
    reconnectionDelayMax: RECONNECT_MAX_MS,
  });
  socket.on("message", onMessage);
  const client: Client = {
    publish: (message) => new Promise<void>((resolve) => socket.emit("message", message, resolve)),
    end: () => void socket.disconnect(),
  };
  return new Promise((resolve) => socket.once("connect", () => resolve(client)));
}
