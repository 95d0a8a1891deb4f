/** The states of a connection and how one leads to the next: pure, every timer belongs to a state and dies with it. */
import { RealtimeError } from "@attune/protocol";
import type { Random } from "@attune/protocol";
import { backoffMs } from "./backoff.js";
import type { ReconnectOptions } from "./backoff.js";

/** A line that was open and fell silent is tried again within this. Source: shared/reliability.md, R5 (back within 1 s). */
const SOON_MS = 500;

/** What a state waits for at most. */
interface Timer {
  readonly ms: number;
  readonly event: "timed-out" | "retry-due";
}

/** Where the connection is. `attempt` counts the tries in a row after a loss: 0 is the very first connect. */
export type MachineState =
  | { readonly name: "idle"; readonly error?: RealtimeError | undefined }
  | {
      readonly name: "connecting";
      readonly attempt: number;
      readonly error?: RealtimeError | undefined;
      readonly timer: Timer;
    }
  | { readonly name: "open" }
  | {
      readonly name: "waiting";
      readonly attempt: number;
      readonly error: RealtimeError;
      /** Absent when the driver comes back by itself. */
      readonly timer?: Timer;
      readonly retryAtMs?: number;
    }
  | { readonly name: "offline"; readonly attempt: number; readonly error?: RealtimeError | undefined }
  | { readonly name: "disposed" };

/** What can happen. Past tense is a fact from outside, `-requested` a wish of the app. */
export type MachineEvent =
  | { readonly type: "connect-requested" | "disconnect-requested" | "reconnect-requested" | "dispose-requested" }
  | { readonly type: "opened" | "timed-out" | "retry-due" | "came-online" | "went-offline" | "woke-up" }
  | { readonly type: "lost"; readonly error: RealtimeError; readonly retryAfterMs?: number | undefined };

/** What to do about it. `goodbye` closes so that everyone sees the leave at once; `close` is a loss, and the grace applies. */
type MachineEffect = "open" | "close" | "goodbye";

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

/**
 * The next state, and what to do in that order.
 *
 * @returns the very same state object when the event means nothing in it
 */
export function transition(state: MachineState, event: MachineEvent, context: MachineContext): Step {
  const { name } = state;
  const ignored: Step = [state, []];
  const { attempt, error } = { attempt: 0, error: undefined, ...state };
  switch (name === "disposed" ? name : event.type) {
    case "connect-requested":
      return name === "idle" ? tryNow(0, undefined, context) : ignored;
    case "disconnect-requested":
      return name === "idle" && !error ? ignored : [{ name: "idle" }, ["goodbye"]];
    case "dispose-requested":
      return [{ name: "disposed" }, ["goodbye"]];
    case "reconnect-requested":
      return name === "idle" ? ignored : tryNow(attempt || 1, undefined, context);
    case "opened":
      return name === "connecting" || name === "waiting" ? [{ name: "open" }, []] : ignored;
    case "timed-out":
      if (name !== "connecting" && name !== "open") return ignored;
      // A line that fell silent is tried again soon: heartbeats are spread over seconds already, so nobody comes back together.
      // Also a driver that comes back by itself is started anew: it may never notice this.
      return lost(
        attempt + 1,
        new RealtimeError("timeout", "The server did not answer."),
        name === "open" ? context.random() * SOON_MS : undefined,
        { ...context, driverReconnects: false },
      );
    case "lost": {
      // A driver that comes back by itself also tells how it fails to.
      if (name !== "connecting" && name !== "open" && (name !== "waiting" || state.timer)) return ignored;
      const { error: cause, retryAfterMs } = event as Extract<MachineEvent, { type: "lost" }>;
      return lost(attempt + 1, cause, retryAfterMs, context);
    }
    case "retry-due":
      return name === "waiting" ? tryNow(attempt, error, context) : ignored;
    case "woke-up":
      return name === "waiting" && state.timer ? tryNow(attempt, error, context) : ignored;
    case "came-online":
      return name === "offline" || name === "waiting" ? tryNow(attempt, error, context) : ignored;
    case "went-offline":
      return name === "idle" || name === "offline"
        ? ignored
        : [{ name: "offline", attempt: name === "open" ? 1 : attempt, error }, ["close"]];
    default:
      return ignored;
  }
}

function tryNow(
  attempt: number,
  error: RealtimeError | undefined,
  { isOnline, connectTimeoutMs }: MachineContext,
): Step {
  return isOnline
    ? [{ name: "connecting", attempt, error, timer: { ms: connectTimeoutMs, event: "timed-out" } }, ["close", "open"]]
    : [{ name: "offline", attempt, error }, ["close"]];
}

function lost(attempt: number, error: RealtimeError, retryAfterMs: number | undefined, context: MachineContext): Step {
  const { maxAttempts } = context.options;
  if (!error.retryable) return [{ name: "idle", error }, ["close"]];
  // Without a network no attempt counts.
  if (!context.isOnline) return [{ name: "offline", attempt: attempt - 1 || 1, error }, ["close"]];
  if (attempt > maxAttempts) {
    const final = new RealtimeError(
      "permanently-disconnected",
      `Gave up after ${maxAttempts} attempts: ${error.message}`,
      { cause: error },
    );
    return [{ name: "idle", error: final }, ["close"]];
  }
  if (context.driverReconnects) return [{ name: "waiting", attempt, error }, []];
  const ms = retryAfterMs ?? backoffMs(attempt, context.random, context.options);
  return [
    { name: "waiting", attempt, error, retryAtMs: context.nowMs + ms, timer: { ms, event: "retry-due" } },
    ["close"],
  ];
}
