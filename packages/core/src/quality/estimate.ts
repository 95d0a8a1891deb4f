/** What round trips say of a connection: pure steps from one sample to the next. */

/** How good a connection is. `lost`: there is none. */
export type QualityLevel = "excellent" | "good" | "poor" | "lost";

/** What is known of the line. Times in milliseconds; absent before the first sample. */
export interface ConnectionQuality {
  readonly level: QualityLevel;
  /** Round trip, smoothed. */
  readonly rttMs?: number | undefined;
  /** 19 of the last 20 round trips took at most this. */
  readonly p95Ms?: number | undefined;
  /** How much one round trip differs from the one before, smoothed. */
  readonly jitterMs?: number | undefined;
  /** Add it to this machine's time to have the server's; half of `rttMs` is how wrong it may be. */
  readonly serverOffsetMs?: number | undefined;
}

/** The estimate, and what it is made of. */
export interface Estimate {
  readonly quality: ConnectionQuality;
  /** The last round trips, newest last. */
  readonly samples: readonly number[];
  /** How many samples in a row asked for another level. */
  readonly votes: number;
  /** The shortest round trip that an offset was taken from: the shorter, the less it can be wrong. */
  readonly offsetRttMs: number;
}

/** One round trip. */
export interface Sample {
  readonly rttMs: number;
  readonly serverOffsetMs?: number | undefined;
  /** It is still going on, or took so long that the line is as good as lost. */
  readonly isDegraded: boolean;
}

/** A smoothed round trip moves by an eighth of the difference. Source: RFC 6298, section 2 (alpha), read 2026-11-21. */
const RTT_GAIN = 1 / 8;
/** Jitter moves by a sixteenth. Source: RFC 3550, section 6.4.1, read 2026-11-21. */
const JITTER_GAIN = 1 / 16;
const SAMPLES = 20;
/** Up to these, a round trip and its jitter together are excellent, or good: below the first, answers feel instant. */
const EXCELLENT_MS = 150;
const GOOD_MS = 400;
/** So many samples in a row must ask for a better level, and so many for a worse one: a level does not flicker. */
const VOTES_UP = 3;
const VOTES_DOWN = 2;
/** An offset is believed until a shorter round trip comes, or this one has aged by so much each sample. */
const OFFSET_AGEING = 1.1;

const ORDER: readonly QualityLevel[] = ["lost", "poor", "good", "excellent"];

/** Nothing is connected. */
export const NO_LINE: Estimate = { quality: { level: "lost" }, samples: [], votes: 0, offsetRttMs: Infinity };

/** The estimate after one more round trip. */
export function sampled(before: Estimate, { rttMs, serverOffsetMs, isDegraded }: Sample): Estimate {
  const { quality } = before;
  const last = before.samples.at(-1);
  const samples = [...before.samples, rttMs].slice(-SAMPLES);
  const smoothedMs = smooth(quality.rttMs, rttMs, RTT_GAIN);
  const jitterMs = last === undefined ? 0 : smooth(quality.jitterMs, Math.abs(rttMs - last), JITTER_GAIN);
  const wanted = isDegraded ? "poor" : levelOf(smoothedMs + jitterMs);
  const isBetter = ORDER.indexOf(wanted) > ORDER.indexOf(quality.level);
  const votes = wanted === quality.level ? 0 : before.votes + 1;
  // The first sample of a line decides; so does one that is degraded: the app should know before the line drops.
  const isDecided = quality.level === "lost" || isDegraded || votes >= (isBetter ? VOTES_UP : VOTES_DOWN);
  const isCloser = serverOffsetMs !== undefined && rttMs <= before.offsetRttMs * OFFSET_AGEING;
  return {
    quality: {
      level: isDecided ? wanted : quality.level,
      rttMs: smoothedMs,
      p95Ms: [...samples].sort((a, b) => a - b)[Math.ceil(samples.length * 0.95) - 1],
      jitterMs,
      serverOffsetMs: isCloser ? serverOffsetMs : quality.serverOffsetMs,
    },
    samples,
    votes: isDecided ? 0 : votes,
    offsetRttMs: isCloser ? rttMs : before.offsetRttMs * OFFSET_AGEING,
  };
}

/** The line is gone. What was learnt of the server's clock stays true. */
export function lost(before: Estimate): Estimate {
  const { quality, offsetRttMs } = before;
  const { level, serverOffsetMs } = quality;
  if (level === "lost") return before;
  return { ...NO_LINE, quality: { level: "lost", serverOffsetMs }, offsetRttMs };
}

function smooth(before: number | undefined, now: number, gain: number): number {
  return before === undefined ? now : before + gain * (now - before);
}

function levelOf(ms: number): QualityLevel {
  if (ms <= EXCELLENT_MS) return "excellent";
  return ms <= GOOD_MS ? "good" : "poor";
}
