/** What I show of myself on a channel, and how I change it. */
import type { PresenceStatus } from "@attune/protocol";

/** What I show of myself. */
export interface MyState<Custom = Record<string, unknown>> {
  readonly status: PresenceStatus;
  readonly customState?: Custom | undefined;
}

/** A change of one's own presence: only the keys given change, `null` deletes a key of `customState`. */
export interface PresencePatch<Custom = Record<string, unknown>> {
  readonly status?: PresenceStatus;
  readonly customState?: { readonly [K in keyof Custom]?: Custom[K] | null };
}
