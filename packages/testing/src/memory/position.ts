/** Positions as the two kinds of provider hand them out: counted, or sealed. */
import type { Capabilities, Position } from "@attune/core/driver";
import type { LogPosition } from "@attune/protocol";

/** What a driver may tell of a place in the log; nothing where there is no recovery. */
export function toPosition(place: LogPosition, recovery: Capabilities["recovery"]): Position | undefined {
  if (recovery === "none") return undefined;
  if (recovery === "offset") return place;
  // Sealed, so that code that looks inside a cursor finds nothing to hold on to.
  return { cursor: btoa(JSON.stringify([place.epoch, place.offset, place.id])) };
}

/** The place that a driver was told of. */
export function fromPosition(position: Position): LogPosition {
  if (position.cursor === undefined) return position;
  const [epoch, offset, id] = JSON.parse(atob(position.cursor)) as [string, number, string];
  return { epoch, offset, id };
}
