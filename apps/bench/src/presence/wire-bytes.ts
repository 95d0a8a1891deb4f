/** Counts the bytes of every connection that this process opens, as they are on the wire. */
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Bytes since the process started. */
export interface WireBytes {
  readonly down: number;
  readonly up: number;
}

const sockets: Socket[] = [];

/** Below WebSocket and its compression; without the headers of TCP. Call it before anything is opened. */
export function countWireBytes(): () => WireBytes {
  subscribe("net.client.socket", (message) => void sockets.push((message as { readonly socket: Socket }).socket));
  return () => ({ down: sum(({ bytesRead }) => bytesRead), up: sum(({ bytesWritten }) => bytesWritten) });
}

function sum(of: (socket: Socket) => number): number {
  return sockets.reduce((total, socket) => total + of(socket), 0);
}
