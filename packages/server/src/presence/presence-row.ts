/** A row of the presence map beside its JSON, which is made once and sent to many. */
import { type PresenceEntry, toWireEntry } from "@attune/protocol";

/** One connection on a channel. Never changes; a new state is a new row. */
export interface PresenceRow {
  readonly entry: PresenceEntry;
  readonly json: string;
}

/** Makes a row. */
export function toRow(entry: PresenceEntry): PresenceRow {
  return { entry, json: JSON.stringify(toWireEntry(entry)) };
}

/** Whether two rows show the same, whenever it was set. */
export function showsTheSame(left: PresenceRow, right: PresenceRow): boolean {
  return fingerprint(left) === fingerprint(right);
}

function fingerprint({ entry, json }: PresenceRow): string {
  return entry.updatedAtMs === 0 ? json : JSON.stringify(toWireEntry({ ...entry, updatedAtMs: 0 }));
}
