/** Builds a WebSocket frame once, to be written to many sockets as it is. */
import { Buffer } from "node:buffer";

const FINAL_TEXT = 0x81;
const LENGTH_IN_16_BITS = 126;
const LENGTH_IN_64_BITS = 127;

/**
 * One unmasked, final text frame: header and payload in one buffer, so that a socket takes it in one write.
 *
 * Source: RFC 6455 section 5.2. A server MUST NOT mask (section 5.1), so the same bytes fit every client.
 */
export function webSocketFrame(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const headerBytes = bytes < LENGTH_IN_16_BITS ? 2 : bytes < 0x1_0000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerBytes + bytes);
  frame[0] = FINAL_TEXT;
  if (headerBytes === 2) {
    frame[1] = bytes;
  } else if (headerBytes === 4) {
    frame[1] = LENGTH_IN_16_BITS;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = LENGTH_IN_64_BITS;
    frame.writeBigUInt64BE(BigInt(bytes), 2);
  }
  frame.write(text, headerBytes);
  return frame;
}
