/** Makes of a frame what Socket.IO writes: once per frame, whoever and however many get it. */
import type { EncodedFrame } from "../wire/encoded-frame.js";
import { webSocketFrame } from "./web-socket-frame.js";

/** The namespace that Attune has on a Socket.IO server. */
export const NAMESPACE = "/attune";

/** The one event, both ways; its one argument is the frame. */
export const EVENT = "f";

/** A Socket.IO packet, ready for an Engine.IO socket: as text for long-polling, as bytes for WebSocket. */
export interface Packet {
  readonly text: string;
  readonly options: { readonly compress: false; readonly wsPreEncodedFrame: readonly [Uint8Array] };
}

/** The text of a Socket.IO event packet. */
export function packetText(frame: EncodedFrame): string {
  return `2${NAMESPACE},["${EVENT}",${frame.text}]`;
}

/**
 * Makes packets, and remembers the last one.
 *
 * One is enough: a fan-out hands the same frame to one connection after the other.
 */
export function createPacker(): (frame: EncodedFrame) => Packet {
  let lastFrame: EncodedFrame | undefined;
  let lastPacket: Packet;
  return (frame) => {
    if (frame !== lastFrame) {
      const text = packetText(frame);
      // "4" is Engine.IO's mark of a message. Source: Engine.IO protocol, revision 4.
      lastPacket = { text, options: { compress: false, wsPreEncodedFrame: [webSocketFrame(`4${text}`)] } };
      lastFrame = frame;
    }
    return lastPacket;
  };
}
