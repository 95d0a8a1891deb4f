/** A real Socket.IO client that speaks Attune's frames, for tests over real sockets. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type ClientFrame, PROTOCOL_VERSION, type ServerFrame } from "@attune/protocol";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { expect } from "vitest";

type FrameOf<T extends ServerFrame["t"]> = Extract<ServerFrame, { t: T }>;

export interface RealClient {
  readonly socket: Socket;
  readonly frames: ServerFrame[];
  send(frame: ClientFrame): void;
  /** The first frame of its kind that fits. */
  next<T extends ServerFrame["t"]>(t: T, fits?: (frame: FrameOf<T>) => boolean): Promise<FrameOf<T>>;
}

export interface RealClientOptions extends Partial<ManagerOptions & SocketOptions> {
  readonly token?: string;
  readonly session?: readonly [string, string];
}

export function connectTo(url: string, { token, session, ...options }: RealClientOptions = {}): RealClient {
  const hello = {
    t: "hello",
    v: PROTOCOL_VERSION,
    vis: true,
    ...(token ? { k: token } : {}),
    ...(session ? { s: session } : {}),
  };
  const socket = io(`${url}/attune`, { auth: hello, forceNew: true, reconnection: false, ...options });
  const frames: ServerFrame[] = [];
  socket.on("f", (frame: ServerFrame) => frames.push(frame));
  return {
    socket,
    frames,
    send: (frame) => void socket.emit("f", frame),
    next: (t, fits = () => true) => {
      const find = () =>
        frames.find((frame): frame is FrameOf<typeof t> => frame.t === t && fits(frame as FrameOf<typeof t>));
      return expect
        .poll(find, { timeout: 5_000, interval: 5 })
        .toBeDefined()
        .then(() => find() as FrameOf<typeof t>);
    },
  };
}

/** Listens on a free port. @returns the address */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return addressOf(server);
}

export function addressOf(server: { address(): AddressInfo | string | null }): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
