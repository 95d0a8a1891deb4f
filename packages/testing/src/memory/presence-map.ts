/** Who is on one channel: rows by connection, with a revision that counts every change. */
import type { PresenceDelta, PresenceSnapshot } from "@attune/core/driver";
import type { Clock, PresenceEntry, PresenceState, User } from "@attune/protocol";

/** The presence rows of one channel. */
export interface PresenceMap {
  snapshot(): PresenceSnapshot;
  /** Enters or updates a row. One that was lost and says the same again changes nothing for anybody. */
  set(connectionId: string, user: User, state: PresenceState): void;
  remove(connectionId: string): void;
  /** The connection is gone without a word: its row goes after the grace, unless it is set again. */
  lose(connectionId: string, graceMs: number): void;
}

/** Makes an empty map; `onChange` hears of every change, one revision at a time. */
export function createPresenceMap(epoch: string, clock: Clock, onChange: (delta: PresenceDelta) => void): PresenceMap {
  const rows = new Map<string, PresenceEntry>();
  const graces = new Map<string, () => void>();
  let revision = 0;

  function change(set: readonly PresenceEntry[], removed: readonly string[]): void {
    revision += 1;
    onChange({ kind: "delta", epoch, from: revision - 1, revision, set, removed });
  }

  function endGrace(connectionId: string): void {
    graces.get(connectionId)?.();
    graces.delete(connectionId);
  }

  function remove(connectionId: string): void {
    endGrace(connectionId);
    if (rows.delete(connectionId)) change([], [connectionId]);
  }

  return {
    snapshot: () => ({ kind: "snapshot", epoch, revision, entries: [...rows.values()] }),
    set(connectionId, user, state) {
      endGrace(connectionId);
      const old = rows.get(connectionId);
      if (old && JSON.stringify(old.state) === JSON.stringify(state)) return;
      const sameUser = [...rows.values()].find((row) => row.user.userId === user.userId);
      const updatedAtMs = clock.now();
      const row = { connectionId, user, joinedAtMs: sameUser?.joinedAtMs ?? updatedAtMs, updatedAtMs, state };
      rows.set(connectionId, row);
      change([row], []);
    },
    remove,
    lose(connectionId, graceMs) {
      endGrace(connectionId);
      if (graceMs <= 0) remove(connectionId);
      else if (rows.has(connectionId))
        graces.set(
          connectionId,
          clock.after(graceMs, () => remove(connectionId)),
        );
    },
  };
}
