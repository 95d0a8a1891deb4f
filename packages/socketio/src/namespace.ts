/** Attune's namespace on a Socket.IO connection: what arrives there, and how it ends. */
import type { PipeEvents } from "@attune/core/wire";
import { RealtimeError } from "@attune/protocol";
import { createListeners } from "./listeners.js";
import type { EngineLike, NamespaceSocketLike } from "./socket-like.js";
import { fromConnectError, fromDisconnect } from "./translate.js";

/** Where Attune's traffic is, beside the namespaces of the app. */
export const NAMESPACE = "/attune";

/** The one event there; its one argument is a frame. */
export const FRAME_EVENT = "f";

/** What is heard of a namespace. */
export interface NamespaceEvents extends Pick<PipeEvents, "transport" | "frame" | "traffic"> {
  /** It is gone, or did not come up. Frames that came before the end have been told. */
  ended(error: RealtimeError): void;
}

/**
 * Connects a socket of the namespace, and listens, to all connections it will have.
 *
 * @returns releases every listener; the socket is left as it is
 */
export function joinNamespace(socket: NamespaceSocketLike, events: NamespaceEvents): () => void {
  const { io: manager } = socket;
  const listeners = createListeners();
  const engineListeners = createListeners();
  let watched: EngineLike | undefined;
  let isReleased = false;

  function watchEngine(): void {
    const { engine } = manager;
    if (!engine || engine === watched) return;
    engineListeners.release();
    watched = engine;
    let hasOpened = false;
    let isSwitching = false;
    const opened = (): void => {
      hasOpened = true;
      events.transport(engine.transport.name);
    };
    if (engine.readyState === "open") opened();
    engineListeners.on(engine, "open", opened);
    engineListeners.on(engine, "packet", events.traffic);
    engineListeners.on(engine, "upgrading", () => {
      isSwitching = true;
    });
    engineListeners.on(engine, "upgrade", ({ name }: { name: string }) => {
      isSwitching = false;
      events.transport(name);
    });
    engineListeners.on(engine, "upgradeError", (error: unknown) => {
      // A WebSocket that breaks between its probe and the switch leaves long-polling paused for good: Socket.IO notices only when
      // its heartbeat runs out.
      if (isSwitching) end(fromDisconnect("transport error", error));
    });
    engineListeners.on(engine, "close", (reason: string, description: unknown) => {
      // The Manager does not hear of a connection that closes while it opens (a proxy that takes the upgrade and hangs up),
      // and would wait for its timeout; of all others it tells the socket.
      if (!hasOpened) end(fromDisconnect(reason, description));
    });
  }

  function end(error: RealtimeError): void {
    // Frames wait for a microtask in the Manager, endings do not: what came before the end must be told before it.
    void Promise.resolve().then(() => {
      if (isReleased) return;
      // And those that come to a socket that is not connected any more are kept, for a next connection that they are not for.
      for (const [event, frame] of socket.receiveBuffer.splice(0)) if (event === FRAME_EVENT) events.frame(frame);
      socket.sendBuffer.length = 0;
      if (!isReleased) events.ended(error);
    });
  }

  listeners.on(socket, FRAME_EVENT, events.frame);
  listeners.on(socket, "connect_error", (error: unknown) => end(fromConnectError(error)));
  listeners.on(socket, "disconnect", (reason: string, description: unknown) =>
    end(fromDisconnect(reason, description)),
  );
  listeners.on(manager, "open", watchEngine);
  listeners.on(manager, "reconnect_failed", () => {
    end(new RealtimeError("permanently-disconnected", "The Socket.IO Manager has used up its attempts to reconnect."));
  });
  if (!socket.active) socket.connect();
  watchEngine();

  return () => {
    isReleased = true;
    listeners.release();
    engineListeners.release();
  };
}
