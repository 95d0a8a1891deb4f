/** One WebSocket: what goes out in order, what is held back, and when it ends. */
import type { RawData, WebSocket } from "ws";
import { type Broadcast, encodeBroadcast, encodeFrame, type Frame, objectOf, type Vsn } from "./frame.js";
import type { Connection, SupabaseState } from "./state.js";
import type { SupabaseToken } from "./token.js";

/** What a handshake told. */
export interface Handshake {
  readonly number: number;
  readonly vsn: Vsn;
  readonly apiKey: SupabaseToken;
  readonly label?: string;
}

/** What becomes of a connection. */
export interface ConnectionEvents {
  arrived(data: Buffer, isBinary: boolean): void | Promise<void>;
  ended(): void;
}

interface Outgoing {
  readonly data: string | Buffer;
  readonly frame: Frame;
}

/** Takes a socket over. */
export function createConnection(
  state: SupabaseState,
  socket: WebSocket,
  handshake: Handshake,
  events: ConnectionEvents,
): Connection {
  const { clock, delays } = state.settings;
  let outbox: Outgoing[] = [];
  let heldBack: Outgoing[] | undefined;
  let inbox: { readonly data: Buffer; readonly isBinary: boolean }[] = [];
  let isStalled = false;
  let handled = Promise.resolve();
  let cancelIdle = () => {};
  let cancelNoChannels = () => {};

  function enqueue(data: string | Buffer | undefined, frame: Frame): void {
    if (data === undefined) return;
    (heldBack ?? outbox).push({ data, frame });
    flush();
  }

  function flush(): void {
    if (isStalled || socket.readyState !== socket.OPEN) return;
    for (const { data, frame } of outbox) {
      const topic = frame.topic.replace(/^realtime:/, "");
      state.sent.push({ ...frame, topic, connection: handshake.number, atMs: clock.now() });
      socket.send(data);
    }
    outbox = [];
  }

  /** One after the other: a join blocks its socket, as a Phoenix transport does. */
  function drain(): void {
    const taken = inbox;
    inbox = [];
    for (const { data, isBinary } of taken) {
      handled = handled.then(async () => {
        if (socket.readyState === socket.OPEN) await events.arrived(data, isBinary);
      });
    }
  }

  function heard(): void {
    cancelIdle();
    cancelIdle = clock.after(delays.idleMs, () => connection.close(1000, ""));
  }

  const connection: Connection = {
    ...handshake,
    sessions: new Map(),
    push: (frame) => enqueue(encodeFrame(handshake.vsn, frame), frame),
    pushBroadcast(topic: string, broadcast: Broadcast) {
      const frame = { joinRef: null, ref: null, topic, event: "broadcast", payload: objectOf(broadcast) };
      enqueue(encodeBroadcast(handshake.vsn, topic, broadcast), frame);
    },
    hold() {
      heldBack ??= [];
    },
    settle(answer) {
      const waiting = heldBack ?? [];
      heldBack = undefined;
      outbox.push({ data: encodeFrame(handshake.vsn, answer), frame: answer }, ...waiting);
      flush();
    },
    stall() {
      isStalled = true;
    },
    resume() {
      isStalled = false;
      flush();
      drain();
    },
    close(code, reason) {
      // A closing handshake would tell the client of a silence that nobody is to notice.
      if (isStalled) socket.terminate();
      else socket.close(code, reason);
    },
    cut: () => socket.terminate(),
    channelsChanged() {
      cancelNoChannels();
      if (connection.sessions.size > 0) return;
      cancelNoChannels = clock.after(delays.noChannelsMs, () => socket.terminate());
    },
  };

  socket.on("message", (data: RawData, isBinary) => {
    inbox.push({ data: bufferOf(data), isBinary });
    if (isStalled) return;
    heard();
    drain();
  });
  // Too large a frame: `ws` closes with 1009 by itself.
  socket.on("error", () => {});
  socket.on("close", () => {
    cancelIdle();
    cancelNoChannels();
    events.ended();
  });
  heard();
  return connection;
}

function bufferOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
