/** Judges a change of a shared state: the rules alone, whatever keeps the states. */
import type { StateLink, StateResult, StateVersion } from "./broker.js";

/** How much shared state is kept. */
export interface StateBounds {
  /** Characters of JSON in all channels together. Past it, those go that nobody is on, the longest unused first. Default 67,108,864. */
  readonly chars: number;
}

/** The defaults of {@link StateBounds}. */
export const DEFAULT_STATES: StateBounds = { chars: 67_108_864 };

/** What is remembered of a producer: its last change that was stored. */
export interface StateMemory {
  readonly sequence: number;
  readonly at: StateVersion;
}

/** @returns the conflict, when the state is not what the change was made from */
export function judgeBase(now: StateVersion | undefined, base: StateVersion): StateResult | undefined {
  if (now?.epoch === base.epoch && now.version === base.version) return undefined;
  return { outcome: "conflict", at: now && { epoch: now.epoch, version: now.version } };
}

/** @returns the answer to a repeat; `undefined` for a change not seen yet */
export function answerStateRepeat(last: StateMemory | undefined, link: StateLink): StateResult | undefined {
  if (!last || link.sequence > last.sequence) return undefined;
  if (link.sequence < last.sequence) return { outcome: "outcome-unknown" };
  return { outcome: "stored", at: last.at, isRepeat: true };
}
