/** What a transport must offer to carry Attune's own protocol. */
import type { ClientFrame, HelloFrame, RealtimeError } from "@attune/protocol";

/** A way to carry frames. */
export interface Pipe {
  send(frame: ClientFrame): void;
  /** Ends it and releases everything; nothing is said any more. */
  close(): void;
}

/** What a pipe says. */
export interface PipeEvents {
  /** The transport is up, or changed: `websocket`, `polling`, ... */
  transport(name: string): void;
  /** A frame arrived, not validated. */
  frame(value: unknown): void;
  /** Anything arrived, keep-alives too. */
  traffic(): void;
  /** The transport is gone, or never came up. */
  closed(error: RealtimeError): void;
}

/**
 * Opens a pipe and returns at once.
 *
 * `hello` builds the first frame, and asks for a token to do so: a pipe that reconnects by itself asks for a new one each time.
 */
export type OpenPipe = (events: PipeEvents, hello: () => Promise<HelloFrame>) => Pipe;
