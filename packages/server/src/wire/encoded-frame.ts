/** A frame as text, encoded once for however many connections it goes to. */
import type { ServerFrame } from "@attune/protocol";

/** JSON text of one server frame. A transport may keep what it makes of it, by the object's identity. */
export interface EncodedFrame {
  readonly text: string;
}

/** Encodes a frame that goes to one connection. */
export function encodeFrame(frame: ServerFrame): EncodedFrame {
  return { text: JSON.stringify(frame) };
}
