/** Attune on a connection that the app has already: its Manager reconnects, and this joins again each time. */
import type { OpenPipe } from "@attune/core/wire";
import {
  type Clock,
  isRealtimeError,
  mayReconnect,
  type Random,
  RealtimeError,
  type ServerByeFrame,
} from "@attune/protocol";
import { answerWithHello } from "./credentials.js";
import { FRAME_EVENT, joinNamespace } from "./namespace.js";
import { rejoinDelayMs } from "./rejoin-delay.js";
import { borrowNamespace } from "./shared-namespace.js";
import type { ManagerLike } from "./socket-like.js";
import { toBye } from "./translate.js";

/** Time and chance, as core gives them. */
export interface TimeAndChance {
  readonly clock: Clock;
  readonly random: Random;
}

/** Opens pipes over the app's Manager. A pipe lives over several connections, until it is closed. */
export function openExistingConnection(manager: ManagerLike, env: () => TimeAndChance): OpenPipe {
  return (events, hello) => {
    let isOver = false;
    let failures = 0;
    let bye: ServerByeFrame | undefined;
    let hasSaidBye = false;
    let cancelRejoin = (): void => {};
    let release = (): void => {};

    /** The Manager reconnects a lost connection, and with it every active socket. One that the server sent away is not active. */
    function ended(error: RealtimeError): void {
      const mayReturn = bye ? mayReconnect(bye.code) : error.retryable;
      const afterMs = bye?.after ?? Number(error.details?.["retryAfterMs"] ?? Number.NaN);
      bye = undefined;
      if (!loan?.socket.active && mayReturn) {
        failures += 1;
        const { clock, random } = env();
        cancelRejoin();
        cancelRejoin = clock.after(rejoinDelayMs(failures, random, afterMs), () => loan?.socket.connect());
      }
      events.closed(error);
    }

    function helloFailed(error: unknown): void {
      if (isOver) return;
      loan?.socket.disconnect();
      ended(
        isRealtimeError(error) ? error : new RealtimeError("transport-failed", "Cannot connect.", { cause: error }),
      );
    }

    const connection = () => (isOver ? undefined : manager.engine);
    const loan = borrowNamespace(manager, answerWithHello(hello, connection, helloFailed));
    if (!loan) {
      events.closed(new RealtimeError("conflict", "Another realtime service uses this Socket.IO connection already."));
      return { send() {}, close() {} };
    }
    release = joinNamespace(loan.socket, {
      ...events,
      frame(frame) {
        bye = toBye(frame);
        if (!bye) failures = 0;
        events.frame(frame);
      },
      ended,
    });
    return {
      send(frame) {
        // Not when disconnected: Socket.IO would keep it, and send it into the next session.
        if (isOver || !loan.socket.connected) return;
        hasSaidBye = frame.t === "bye";
        loan.socket.emit(FRAME_EVENT, frame);
      },
      close() {
        if (isOver) return;
        isOver = true;
        cancelRejoin();
        release();
        // A server drops an event that comes together with a disconnect: after a `bye` it is the server's turn.
        if (hasSaidBye && loan.socket.connected) loan.giveBackAfterBye(env().clock);
        else loan.giveBack();
      },
    };
  };
}
