/** Notices a dead connection by silence: what to do next, from what was heard and asked so far. */

/** How soon silence is suspicious. Visible pages ask by themselves; hidden ones, whose timers browsers throttle, are asked by the server. */
export const HEARTBEAT = {
  /** A visible page probes after this much silence. */
  visibleSilenceMs: 5_000,
  /** A hidden page probes after this: the server should have asked every 25 s, and waits 20 s for an answer. */
  hiddenSilenceMs: 45_000,
  /** An answer to a probe must come within this. */
  deadlineMs: 2_500,
  /** An answer that is not there after this is late: the app is told before the line is given up. */
  lateMs: 1_250,
  /** A line that was asked, and has not answered in time, may go on so long after whatever else is heard: it may be deaf, or just slow. */
  answerDueMs: 200,
  /** A publish that nothing was heard after for this long is followed by a probe: its own answer may be slow, a probe's is not. */
  publishSilenceMs: 300,
  /** Also with steady traffic, latency is measured this often. */
  latencyEveryMs: 25_000,
  /** A round trip above this is degraded. */
  degradedMs: 2_000,
} as const;

/** What is known of the line, in clock milliseconds. */
export interface LineHealth {
  readonly heardAtMs: number;
  /** When the probe went out that has no answer yet. What else is heard is none: the way up may be dead alone. */
  readonly askedAtMs?: number | undefined;
  /** When the first publish went out that nothing was heard after. */
  readonly publishedAtMs?: number | undefined;
  readonly probedAtMs: number;
  /** Whether it was said that the answer is late. */
  readonly isLate?: boolean | undefined;
}

/** What to do now, or how long to leave it. */
export type HeartbeatStep =
  | { readonly do: "probe" | "say-late" | "give-up" }
  | { readonly do: "wait"; readonly ms: number };

/** The next step for a line in this condition. */
export function nextStep(health: LineHealth, nowMs: number, isVisible: boolean): HeartbeatStep {
  if (health.askedAtMs !== undefined) {
    const left = Math.max(health.askedAtMs + HEARTBEAT.deadlineMs, health.heardAtMs + HEARTBEAT.answerDueMs) - nowMs;
    if (left <= 0) return { do: "give-up" };
    const lateMs = health.askedAtMs + HEARTBEAT.lateMs - nowMs;
    if (health.isLate) return { do: "wait", ms: left };
    return lateMs <= 0 ? { do: "say-late" } : { do: "wait", ms: Math.min(left, lateMs) };
  }
  const silenceMs = isVisible ? HEARTBEAT.visibleSilenceMs : HEARTBEAT.hiddenSilenceMs;
  const dueMs = Math.min(
    health.heardAtMs + silenceMs,
    isVisible ? health.probedAtMs + HEARTBEAT.latencyEveryMs : Infinity,
    (health.publishedAtMs ?? Infinity) + HEARTBEAT.publishSilenceMs,
  );
  return dueMs <= nowMs ? { do: "probe" } : { do: "wait", ms: dueMs - nowMs };
}
