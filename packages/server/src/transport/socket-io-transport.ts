/** Carries the core's frames over a namespace of a Socket.IO server. */
import type { Server, Socket } from "socket.io";
import type { ServerCore } from "../server-core.js";
import { isAllowedOrigin } from "./origin.js";
import { createPacker, EVENT, NAMESPACE, packetText } from "./packet.js";
import { SocketIoLink, type SocketIoLinkOptions } from "./socket-io-link.js";

/** How to serve a namespace. */
export interface NamespaceOptions {
  /** Whether Attune made the Socket.IO server, and may close its connections. */
  readonly isOwn: boolean;
  /** Exact origins that may connect; `undefined` leaves it to the Socket.IO server. */
  readonly origins: readonly string[] | undefined;
}

/** Serves the namespace `/attune`. */
export function serveNamespace(
  io: Server,
  core: Pick<ServerCore, "accept" | "settings">,
  options: NamespaceOptions,
): void {
  const { clock } = core.settings.env;
  const linkOptions = { clock, isOwn: options.isOwn, pack: hasPlainEncoder(io) ? createPacker() : undefined };
  const namespace = io.of(NAMESPACE);
  if (options.origins) {
    namespace.use(({ handshake }, next) => {
      const isAllowed = isAllowedOrigin(handshake.headers.origin, handshake.headers.host, options.origins);
      next(isAllowed ? undefined : new Error("This origin is not allowed."));
    });
  }
  namespace.on("connection", (socket) => connect(core, socket, linkOptions));
}

function connect(core: Pick<ServerCore, "accept">, socket: Socket, options: SocketIoLinkOptions): void {
  const inlet = core.accept(new SocketIoLink(socket, options));
  socket.on(EVENT, (frame: unknown) => inlet.receive(frame));
  socket.on("disconnect", () => inlet.closed());
  // The `hello` comes with the handshake, which saves a round trip; without one there, it must be the first event.
  const { auth } = socket.handshake;
  if (auth["t"] === "hello") inlet.receive(auth);
}

/** Whether the server encodes as Socket.IO does by default: another parser would not understand what we write. */
function hasPlainEncoder(io: Server): boolean {
  const packets: readonly unknown[] = io.encoder.encode({ type: 2, nsp: NAMESPACE, data: [EVENT, 0] });
  return packets.length === 1 && packets[0] === packetText({ text: "0" });
}
