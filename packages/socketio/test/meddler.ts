/** A man in the middle of frames: sees every WebSocket frame that a server writes, and decides what is written in its place. */
import type { Server } from "node:http";
import type { Socket } from "node:net";

/** One frame on its way to a client. */
export interface WrittenFrame {
  /** The frame of Attune's protocol. */
  readonly frame: { readonly t: string; readonly c?: string };
  /** Its WebSocket frame, as bytes. */
  readonly bytes: Buffer;
  readonly socket: Socket;
}

/** Gives what is written in the place of a frame. */
export type Rule = (written: WrittenFrame) => readonly Buffer[];

const PREFIX = '42/attune,["f",';

/** Stands in between from now on. Handshakes, acknowledgements and polling pass as they are. */
export function meddle(http: Server, rule: Rule): void {
  http.on("connection", (socket: Socket) => {
    const write = socket.write.bind(socket) as (bytes: Buffer, ...rest: unknown[]) => boolean;
    socket.write = ((bytes: unknown, ...rest: unknown[]) => {
      const frame = Buffer.isBuffer(bytes) ? frameIn(bytes) : undefined;
      if (!frame) return write(bytes as Buffer, ...rest);
      const instead = rule({ frame, bytes: bytes as Buffer, socket });
      // Whoever waits for the write to be done hears of the last one.
      const done = rest.find((each) => typeof each === "function") as (() => void) | undefined;
      if (instead.length === 0) done?.();
      return instead.map((each, index) => write(each, ...(index === instead.length - 1 ? rest : []))).at(-1) ?? true;
    }) as Socket["write"];
  });
}

/** The server writes each of its frames whole: a header of 2, 4 or 10 bytes, and text. */
function frameIn(bytes: Buffer): WrittenFrame["frame"] | undefined {
  if (bytes[0] !== 0x81) return undefined;
  const at = bytes.indexOf(PREFIX);
  if (at < 2 || at > 10) return undefined;
  return JSON.parse(bytes.subarray(at + PREFIX.length, bytes.lastIndexOf("]")).toString()) as WrittenFrame["frame"];
}
