/** How good the connection is. An entry of its own: who does not ask need not carry it. */
import { atom, onMount } from "nanostores";
import type { ReadableAtom } from "nanostores";
import type { ConnectionState } from "./connection/connection-state.js";
import { lost, NO_LINE, sampled } from "./quality/estimate.js";
import type { ConnectionQuality } from "./quality/estimate.js";
import type { Realtime } from "./realtime-service.js";

export type { ConnectionQuality, QualityLevel } from "./quality/estimate.js";

/**
 * The quality of the connection: round trip, its 95th percentile and jitter, the server's clock, and a level that does not flicker.
 *
 * Measured by the heartbeat: at once when connected, after 5 s of silence while the page is visible, and every 25 s with steady traffic.
 * Only while somebody listens; reading does not listen. A level gets worse after two samples that say so, and better after three;
 * a round trip over 2,000 ms, or a probe that has no answer after half of its time, is `poor` at once.
 *
 * @example
 * ```ts
 * import { createRealtime, type Driver } from "@attune/core";
 * import { connectionQuality } from "@attune/core/quality";
 * declare const driver: Driver;
 * const realtime = createRealtime({ driver });
 * const end = connectionQuality(realtime).subscribe(({ level, rttMs }) => [level, rttMs]);
 * ```
 */
export function connectionQuality(realtime: Pick<Realtime, "$connection">): ReadableAtom<ConnectionQuality> {
  const $quality = atom<ConnectionQuality>(NO_LINE.quality);
  onMount($quality, () => {
    let estimate = NO_LINE;
    let before: ConnectionState | undefined;
    return realtime.$connection.subscribe((state) => {
      estimate = isSample(before, state) ? sampled(estimate, { ...state, rttMs: state.latencyMs }) : estimate;
      if (state.status !== "connected") estimate = lost(estimate);
      before = state;
      if ($quality.value !== estimate.quality) $quality.set(estimate.quality);
    });
  });
  return Object.assign($quality, { get: () => $quality.value });
}

type Measured = Extract<ConnectionState, { status: "connected" }> & { readonly latencyMs: number };

/** Each measurement makes a new state; a change of transport makes one too, with the same measurement. */
function isSample(before: ConnectionState | undefined, state: ConnectionState): state is Measured {
  if (state.status !== "connected" || state.latencyMs === undefined) return false;
  return before?.status !== "connected" || before.measuredAtMs !== state.measuredAtMs;
}
