/** What the parts of the benchmark found out. */
import type { CursorRow } from "../cursors/cursors.js";
import type { FanOutResult } from "../fan-out/fan-out.js";
import type { LatencyRow } from "../latency/latency.js";
import type { PresenceRow } from "../presence/presence.js";
import type { SizeRow } from "../sizes/sizes.js";

/** What each part measured; a part that was not asked for, or failed, is absent. */
export interface Measured {
  sizes?: readonly SizeRow[];
  fanOut?: FanOutResult;
  latency?: readonly LatencyRow[];
  cursors?: readonly CursorRow[];
  presence?: readonly PresenceRow[];
}
