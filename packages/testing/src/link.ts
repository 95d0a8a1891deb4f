/** One direction of a connection: what is sent arrives later, and in order. */
import type { Clock } from "@attune/protocol";

/** A queue of things that happen at the other end. */
export interface Link {
  /** Runs `arrive` at the other end after the latency, never before `send` returns. */
  send(arrive: () => void): void;
  /** Holds back what is under way and what is sent from now on. */
  stall(): void;
  /** Lets everything that was held back arrive, in order. */
  resume(): void;
  /** What arrives from now on is lost, until it is called with `false`. */
  swallow(isSwallowing: boolean): void;
  /** Whether anything was lost in that way. */
  readonly hasSwallowed: boolean;
  /** Drops everything, for good. */
  cut(): void;
}

/**
 * Makes a link. Without latency things arrive in a microtask, so that a caller that counts on an answer inside its own call
 * fails in tests as it would over a network.
 *
 * @param latencyMs asked for each thing sent; a thing never overtakes an earlier one
 */
export function createLink(clock: Clock, latencyMs: () => number): Link {
  const underWay: { readonly dueMs: number; readonly arrive: () => void }[] = [];
  let isStalled = false;
  let isCut = false;
  let isSwallowing = false;
  let hasSwallowed = false;
  let isWaiting = false;
  let cancelTimer: (() => void) | undefined;

  function schedule(): void {
    const [next] = underWay;
    if (!next || isStalled || isWaiting) return;
    isWaiting = true;
    const waitMs = next.dueMs - clock.now();
    if (waitMs > 0) cancelTimer = clock.after(waitMs, arrive);
    else queueMicrotask(arrive);
  }

  function arrive(): void {
    isWaiting = false;
    cancelTimer = undefined;
    if (isStalled) return;
    const next = underWay.shift();
    schedule();
    if (isSwallowing) hasSwallowed = true;
    else next?.arrive();
  }

  function stopTimer(): void {
    if (!cancelTimer) return;
    cancelTimer();
    cancelTimer = undefined;
    isWaiting = false;
  }

  return {
    send(run) {
      if (isCut) return;
      underWay.push({ dueMs: clock.now() + latencyMs(), arrive: run });
      schedule();
    },
    stall() {
      isStalled = true;
      stopTimer();
    },
    resume() {
      isStalled = false;
      schedule();
    },
    swallow(isOn) {
      isSwallowing = isOn;
    },
    get hasSwallowed() {
      return hasSwallowed;
    },
    cut() {
      isCut = true;
      underWay.length = 0;
      stopTimer();
    },
  };
}
