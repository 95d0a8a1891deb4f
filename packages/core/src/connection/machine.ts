/** The states of a connection and how one leads to the next: pure, every timer belongs to a state and dies with it. */
import { RealtimeError } from "@attune/protocol";
import type { Random } from "@attune/protocol";
import { backoffMs } from "./backoff.js";
import type { ReconnectOptions } from "./backoff.js";

/** What a state waits for at most. */
interface Timer {
  readonly ms: number;
  readonly then: "timed-out" | "retry-due";
}

/** Where the connection is. `attempt` counts tries in a row that were not the first: 0 is the very first connect. */
export type MachineState =
  | { readonly name: "idle"; readonly error?: RealtimeError }
  | { readonly name: "connecting"; readonly attempt: number; readonly error?: RealtimeError; readonly timer: Timer }
  | { readonly name: "open" }
  | { readonly name: "waiting"; readonly attempt: number; readonly error: RealtimeError; readonly retryAtMs?: number; readonly timer?: Timer }
  | { readonly name: "offline"; readonly attempt: number; readonly error?: RealtimeError }
  | { readonly name: "disposed" };

/** What can happen. Past tense is a fact from outside, `-requested` a wish of the app. */
export type MachineEvent =
  | { readonly type: "connect-requested" | "disconnect-requested" | "reconnect-requested" | "dispose-requested" }
  | { readonly type: "opened" | "timed-out" | "retry-due" | "came-online" | "went-offline" | "woke-up" }
  | { readonly type: "lost"; readonly error: RealtimeError; readonly retryAfterMs?: number };

/** What to do about it. `close` with `goodbye` shows the leave at once. */
export type MachineEffect = { readonly type: "open" } | { readonly type: "close"; readonly goodbye: boolean };

/** What a transition may look at. */
export interface MachineContext {
  readonly nowMs: number;
  readonly random: Random;
  readonly isOnline: boolean;
  readonly options: ReconnectOptions;
  readonly connectTimeoutMs: number;
  /** The driver comes back by itself: no timer of ours. */
  readonly driverReconnects: boolean;
}

type Step = readonly [MachineState, readonly MachineEffect[]];

const OPEN: MachineEffect = { type: "open" };
const CLOSE: MachineEffect = { type: "close", goodbye: false };
const GOODBYE: MachineEffect = { type: "close", goodbye: true };

/**
 * The next state and what to do.
 *
 * @returns the very same state object when the event means nothing in it, so that it can be counted as ignored
 */
export function transition(state: MachineState, event: MachineEvent, context: MachineContext): Step {
  if (state.name === "disposed") return [state, []];
  switch (event.type) {
    case "connect-requested":
      return state.name === "idle" ? tryNow(0, undefined, context) : [state, []];
    case "disconnect-requested":
      return state.name === "idle" && !state.error ? [state, []] : [{ name: "idle" }, [GOODBYE]];
    case "dispose-requested":
      return [{ name: "disposed" }, [GOODBYE]];
    case "reconnect-requested":
      if (state.name === "idle") return [state, []];
      return prepend(CLOSE, tryNow(Math.max(1, attemptOf(state)), undefined, context));
    case "opened":
      return state.name === "connecting" || state.name === "waiting" ? [{ name: "open" }, []] : [state, []];
    case "timed-out":
      if (state.name !== "connecting") return [state, []];
      return prepend(CLOSE, lost(state, new RealtimeError("timeout", "The server did not answer the connection attempt."), undefined, context));
    case "lost":
      if (state.name !== "connecting" && state.name !== "open") return [state, []];
      return lost(state, event.error, event.retryAfterMs, context);
    case "retry-due":
      return state.name === "waiting" ? tryNow(state.attempt, state.error, context) : [state, []];
    case "woke-up":
      return state.name === "waiting" && state.timer ? tryNow(state.attempt, state.error, context) : [state, []];
    case "came-online":
      if (state.name !== "offline" && state.name !== "waiting") return [state, []];
      return prepend(CLOSE, tryNow(state.attempt, state.error, context));
    case "went-offline":
      if (state.name === "idle" || state.name === "offline") return [state, []];
      return [{ name: "offline", attempt: state.name === "open" ? 1 : state.attempt, ...errorOf(state) }, [CLOSE]];
  }
}

function attemptOf(state: MachineState): number {
  return "attempt" in state ? state.attempt : 0;
}

function errorOf(state: MachineState): { error?: RealtimeError } {
  return "error" in state && state.error ? { error: state.error } : {};
}

function prepend(effect: MachineEffect, [state, effects]: Step): Step {
  return [state, [effect, ...effects]];
}

function tryNow(attempt: number, error: RealtimeError | undefined, context: MachineContext): Step {
  const known = error ? { error } : {};
  if (!context.isOnline) return [{ name: "offline", attempt, ...known }, []];
  return [{ name: "connecting", attempt, ...known, timer: { ms: context.connectTimeoutMs, then: "timed-out" } }, [OPEN]];
}

function lost(state: MachineState, error: RealtimeError, retryAfterMs: number | undefined, context: MachineContext): Step {
  const attempt = attemptOf(state) + 1;
  if (!error.retryable) return [{ name: "idle", error }, [CLOSE]];
  if (attempt > context.options.maxAttempts) {
    const message = `Gave up after ${context.options.maxAttempts} attempts; the last one: ${error.message}`;
    return [{ name: "idle", error: new RealtimeError("permanently-disconnected", message, { cause: error }) }, [CLOSE]];
  }
  if (!context.isOnline) return [{ name: "offline", attempt, error }, [CLOSE]];
  if (context.driverReconnects) return [{ name: "waiting", attempt, error }, []];
  const ms = retryAfterMs ?? backoffMs(attempt, context.random, context.options);
  return [{ name: "waiting", attempt, error, retryAtMs: context.nowMs + ms, timer: { ms, then: "retry-due" } }, [CLOSE]];
}
