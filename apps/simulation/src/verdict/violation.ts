/** What a run can be found guilty of. */

/** The promises, by name. */
export const PROMISES = [
  "lost",
  "ackedLost",
  "doubled",
  "reordered",
  "unsettled",
  "unexpected",
  "refused",
  "not-connected",
  "not-live",
  "false-gap",
  "queue-not-empty",
  "ghost",
  "missing-member",
  "stale-state",
  "flicker",
  "stale-signal",
  "stale-typing",
  "timer-left",
  "error",
] as const;
export type Promised = (typeof PROMISES)[number];

/** A promise that was broken, and how that shows. */
export interface Violation {
  readonly promise: Promised;
  readonly how: string;
}
