/** One presence state out of those of all tabs, by the rule by which core shows the connections of a member. */
import { PRESENCE_STATUSES } from "@attune/protocol";
import type { PresenceState } from "@attune/protocol";

/** The state of one tab, and when it was set. */
export interface TabState {
  readonly state: PresenceState;
  readonly setAtMs: number;
}

/** What others see: the strongest status, and the custom state that was set last. `undefined` when no tab has one. */
export function mergeStates(states: readonly TabState[]): PresenceState | undefined {
  const [latest] = [...states].sort((a, b) => b.setAtMs - a.setAtMs);
  if (!latest) return undefined;
  const status = PRESENCE_STATUSES.find((each) => states.some(({ state }) => state.status === each));
  return { ...latest.state, status: status ?? latest.state.status };
}
