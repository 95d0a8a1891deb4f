/** One direction of a proxied connection: bytes in at one socket, and out at the other. */
import type { Socket } from "node:net";
import { createLink } from "../link.js";
import { systemClock } from "../system-clock.js";

/** The way of the bytes, and what holds them up. */
export interface Flow {
  /** Holds bytes back, ends too. The sender notices nothing before its buffers are full, as on a dead network. */
  stall(): void;
  /** Lets everything that was held back go on, as TCP does when the network is back. */
  resume(): void;
  /** Drops what is under way and touches neither socket again. */
  stop(): void;
}

/**
 * Starts to pass bytes on.
 *
 * @param delayMs asked for each piece; a piece never overtakes an earlier one
 */
export function startFlow(from: Socket, to: Socket, delayMs: () => number): Flow {
  const link = createLink(systemClock, delayMs);
  let isStalled = false;
  let isFull = false;

  function pace(): void {
    if (isStalled || isFull) from.pause();
    else from.resume();
  }

  function pass(piece: Buffer): void {
    link.send(() => {
      if (to.destroyed || to.write(piece)) return;
      isFull = true;
      pace();
    });
  }

  function drained(): void {
    isFull = false;
    pace();
  }

  const ended = () => link.send(() => to.end());
  from.on("data", pass).on("end", ended);
  to.on("drain", drained);
  return {
    stall() {
      isStalled = true;
      link.stall();
      pace();
    },
    resume() {
      isStalled = false;
      link.resume();
      pace();
    },
    stop() {
      link.cut();
      from.off("data", pass).off("end", ended);
      to.off("drain", drained);
    },
  };
}
