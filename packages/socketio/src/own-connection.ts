/** Connections of our own: a new Manager for each attempt, and nothing of it left afterwards. */
import type { OpenPipe } from "@attune/core/wire";
import { isRealtimeError, RealtimeError } from "@attune/protocol";
import { io } from "socket.io-client";
import { answerWithHello } from "./credentials.js";
import { FRAME_EVENT, joinNamespace, NAMESPACE } from "./namespace.js";
import type { SocketIoOptions } from "./options.js";
import type { NamespaceSocketLike } from "./socket-like.js";
import { nextOrder, type TransportName } from "./transport-choice.js";

const DEFAULT_TRANSPORTS: readonly TransportName[] = ["websocket", "polling"];

/** Opens pipes to a URL. Each is one attempt and one connection: core decides about the next. */
export function openOwnConnection(
  url: string,
  { transports = DEFAULT_TRANSPORTS, ...options }: SocketIoOptions,
): OpenPipe {
  let order = transports;
  return (events, hello) => {
    let lastTransport: string | undefined;
    let isOver = false;
    let hasSaidBye = false;
    let release = (): void => {};

    function fail(error: unknown): void {
      if (isOver) return;
      close();
      events.closed(
        isRealtimeError(error) ? error : new RealtimeError("transport-failed", "Cannot connect.", { cause: error }),
      );
    }

    function close(): void {
      if (isOver) return;
      isOver = true;
      order = nextOrder(order, lastTransport);
      release();
      // A server whose answers are lost on the way waits long for the end of a connection, and hears of the namespace's end at
      // once. But it drops an event (the `bye`) that comes together with that, and on a closing connection it is not sent.
      if (!hasSaidBye) socket?.disconnect();
      socket?.io.engine?.close();
      socket?.disconnect();
    }

    const create = (): NamespaceSocketLike =>
      io(`${url.replace(/\/$/, "")}${NAMESPACE}`, {
        ...options.manager,
        ...(options.path === undefined ? {} : { path: options.path }),
        withCredentials: options.withCredentials ?? false,
        transports: [...order],
        tryAllTransports: true,
        forceNew: true,
        reconnection: false,
        autoConnect: false,
        auth: answerWithHello(hello, () => !isOver, fail),
      });

    let socket: NamespaceSocketLike | undefined;
    try {
      socket = create();
      release = joinNamespace(socket, {
        ...events,
        transport(name) {
          lastTransport = name;
          events.transport(name);
        },
        ended: fail,
      });
    } catch (error) {
      fail(error);
    }
    return {
      send(frame) {
        hasSaidBye ||= frame.t === "bye";
        if (socket?.connected) socket.emit(FRAME_EVENT, frame);
      },
      close,
    };
  };
}
