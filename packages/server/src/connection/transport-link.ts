/** What the server core needs of a transport, and gives to it. */
import type { EncodedFrame } from "../wire/encoded-frame.js";

/** One connection of a transport. Its methods MUST NOT throw. */
export interface TransportLink {
  /** Sends a frame, in order. A frame that goes to many is the same object each time. */
  send(frame: EncodedFrame): void;
  /** Closes, after what was sent before. The core does not use the link afterwards. */
  close(code: number, reason: string): void;
  /** Bytes, or near enough, that wait for the network. */
  bufferedBytes(): number;
  readonly address?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The core's end of a connection. Its methods do not throw, and are harmless after the end. */
export interface TransportInlet {
  /** A frame came in: parsed JSON, of whatever shape. */
  receive(frame: unknown): void;
  /** The connection is gone. */
  closed(): void;
}
