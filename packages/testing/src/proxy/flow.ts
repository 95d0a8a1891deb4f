/** One direction of a proxied connection: bytes in at one socket, and out at the other. */
import type { Socket } from "node:net";
import type { Clock, Random } from "@attune/protocol";
import { createLink } from "../link.js";
import { resetNow } from "./reset-now.js";
import { corrupted, type Trouble } from "./trouble.js";

/** The way of the bytes, and what holds them up. */
export interface Flow {
  /** Bytes and endings that went in and will never come out. */
  readonly hasSwallowed: boolean;
  /** Takes a change of its trouble into account. */
  refresh(): void;
  /** The sender's socket is gone: so is the receiver's, behind everything that is under way. */
  ended(wasReset: boolean): void;
  /** Drops what is under way and touches neither socket again. */
  stop(): void;
}

/** Where time and chance come from. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
}

/** What may be under way, in bytes. Beyond it the sender is held up, as by TCP's window, and not the proxy's memory. */
const WINDOW = 1 << 18;

/** A slow line lets bytes through this often. */
const TICKS_PER_SECOND = 20;

/** Starts to pass bytes on. */
export function startFlow(from: Socket, to: Socket, trouble: Trouble, { clock, random }: World): Flow {
  let nextDelayMs = 0;
  const link = createLink(clock, () => nextDelayMs);
  let underWay = 0;
  let isFull = false;
  let hasSwallowed = false;
  let freeAtMs = 0;

  function pace(): void {
    if (trouble.isPaused || isFull || underWay >= WINDOW) from.pause();
    else from.resume();
  }

  /** Runs at the far end, behind what went before it, unless the line loses it. */
  function send(bytes: number, arrive: () => void): void {
    const { delayMs, jitterMs, bytesPerSecond } = trouble;
    const nowMs = clock.now();
    freeAtMs = Math.max(nowMs, freeAtMs) + (bytes / bytesPerSecond) * 1_000;
    nextDelayMs = freeAtMs - nowMs + delayMs + jitterMs * (jitterMs > 0 ? random() : 0);
    underWay += bytes;
    link.send(() => {
      underWay -= bytes;
      if (trouble.isSwallowing) hasSwallowed = true;
      else arrive();
      pace();
    });
  }

  function write(bytes: Buffer): void {
    if (!to.destroyed && !to.write(bytes)) isFull = true;
  }

  function pass(piece: Buffer): void {
    if (trouble.isSwallowing) {
      hasSwallowed = true;
      return;
    }
    const bytes = corrupted(piece, trouble, random);
    const step = Math.max(1, Math.floor(Math.min(bytes.length, trouble.bytesPerSecond / TICKS_PER_SECOND)));
    for (let at = 0; at < bytes.length; at += step) {
      const part = bytes.subarray(at, at + step);
      send(part.length, () => write(part));
    }
    pace();
  }

  function drained(): void {
    isFull = false;
    pace();
  }

  function finished(): void {
    send(0, () => to.end());
  }

  from.on("data", pass).on("end", finished);
  to.on("drain", drained);
  const flow: Flow = {
    get hasSwallowed() {
      return hasSwallowed;
    },
    refresh() {
      if (trouble.isPaused) link.stall();
      else link.resume();
      pace();
    },
    ended(wasReset) {
      // A reset is passed on as a reset: whoever is behind the proxy must see what happened, not a polite ending.
      send(0, () => (wasReset ? resetNow(to) : to.destroySoon()));
    },
    stop() {
      link.cut();
      from.off("data", pass).off("end", finished);
      to.off("drain", drained);
    },
  };
  flow.refresh();
  return flow;
}
