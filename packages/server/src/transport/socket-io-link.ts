/** One Socket.IO socket as the core sees it. */
import type { Clock } from "@attune/protocol";
import type { Socket } from "socket.io";
import type { TransportLink } from "../connection/transport-link.js";
import type { EncodedFrame } from "../wire/encoded-frame.js";
import { EVENT, type Packet } from "./packet.js";

/** The parts used of an Engine.IO socket. They are internal to it; Socket.IO's own adapter stands on the same ones. */
interface EngineSocketLike {
  readonly readyState: string;
  readonly writeBuffer: readonly unknown[];
  readonly transport: { readonly socket?: { readonly bufferedAmount?: number; terminate?(): void } };
  write(text: string, options: Packet["options"]): unknown;
}

/** A client that does not take the close within this time has its connection torn down. */
const CLOSE_MS = 3_000;

/** How a link is made. */
export interface SocketIoLinkOptions {
  /** Makes packets; absent when the server has a parser of its own, which must then encode for each socket. */
  readonly pack: ((frame: EncodedFrame) => Packet) | undefined;
  /** Whether the connection is Attune's alone, to close altogether, or shared with the app's own namespaces. */
  readonly isOwn: boolean;
  readonly clock: Clock;
}

/** Sends frames past Socket.IO's namespaces, rooms and encoder, straight to the Engine.IO socket. */
export class SocketIoLink implements TransportLink {
  readonly address: string;
  readonly headers: NonNullable<TransportLink["headers"]>;
  readonly #socket: Socket;
  readonly #engine: EngineSocketLike;
  readonly #options: SocketIoLinkOptions;
  /** Characters in the Engine.IO socket's own buffer: counted here, because adding them up for each frame costs more. */
  #queued = 0;

  constructor(socket: Socket, options: SocketIoLinkOptions) {
    this.address = socket.handshake.address;
    this.headers = socket.handshake.headers;
    this.#socket = socket;
    // The class hides `writeBuffer` from the types.
    this.#engine = socket.conn as unknown as EngineSocketLike;
    this.#options = options;
  }

  send(frame: EncodedFrame): void {
    const { pack } = this.#options;
    if (!pack) {
      this.#socket.emit(EVENT, JSON.parse(frame.text));
      return;
    }
    const { text, options } = pack(frame);
    const engine = this.#engine;
    if (engine.writeBuffer.length === 0) this.#queued = 0;
    engine.write(text, options);
    if (engine.writeBuffer.length > 0) this.#queued += text.length;
  }

  close(): void {
    const { isOwn, clock } = this.#options;
    this.#socket.disconnect(isOwn);
    if (!isOwn || this.#engine.readyState === "closed") return;
    clock.after(CLOSE_MS, () => {
      if (this.#engine.readyState !== "closed") this.#engine.transport.socket?.terminate?.();
    });
  }

  bufferedBytes(): number {
    const { writeBuffer, transport } = this.#engine;
    return (writeBuffer.length > 0 ? this.#queued : 0) + (transport.socket?.bufferedAmount ?? 0);
  }
}
