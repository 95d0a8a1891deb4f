/** The replicated map of who is on a channel: changes gather, and each flush is one revision. */
import type { PresenceEntry, PresenceState, User } from "@attune/protocol";
import { type PresenceRow, showsTheSame, toRow } from "./presence-row.js";

/** The step between two revisions. */
export interface PresenceStep {
  readonly from: number;
  readonly revision: number;
  readonly set: readonly PresenceRow[];
  readonly removed: readonly string[];
}

/** All rows at one revision. Never changes, so that it can be sent piece by piece. */
export interface PresenceSnapshot {
  readonly revision: number;
  readonly rows: readonly PresenceRow[];
}

interface Membership {
  joinedAtMs: number;
  readonly connectionIds: Set<string>;
}

/**
 * One channel's presence.
 *
 * Readers see the map as of the last flush. Changes since then lie beside it, the last one of each connection, so that
 * what every subscriber was sent and what a new one gets as its snapshot are the same thing at the same revision.
 */
export class PresenceMap {
  readonly #rows = new Map<string, PresenceRow>();
  readonly #pending = new Map<string, PresenceRow | null>();
  readonly #members = new Map<string, Membership>();
  #revision = 0;
  #snapshot: PresenceSnapshot | undefined;

  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Sets a connection's row. @returns the row, or `undefined` when it shows what is there already */
  set(connectionId: string, user: User, state: PresenceState, nowMs: number): PresenceRow | undefined {
    const joinedAtMs = this.#members.get(user.userId)?.joinedAtMs ?? nowMs;
    return this.put({ connectionId, user, state, joinedAtMs, updatedAtMs: nowMs });
  }

  /** Sets a row that is complete, as another node shares it. The earliest `joinedAtMs` of a user holds for all of the user's rows. */
  put(entry: PresenceEntry): PresenceRow | undefined {
    const before = this.#current(entry.connectionId);
    const row = toRow(entry);
    if (before && showsTheSame(before, row)) return undefined;
    this.#pending.set(entry.connectionId, row);
    this.#join(entry);
    return row;
  }

  /** Takes a connection's row away. @returns whether there was one */
  remove(connectionId: string): boolean {
    const row = this.#current(connectionId);
    if (!row) return false;
    this.#pending.set(connectionId, null);
    const { userId } = row.entry.user;
    const member = this.#members.get(userId);
    member?.connectionIds.delete(connectionId);
    if (member?.connectionIds.size === 0) this.#members.delete(userId);
    return true;
  }

  /** What a connection says of itself, changes included. */
  stateOf(connectionId: string): PresenceState | undefined {
    return this.#current(connectionId)?.entry.state;
  }

  /** Makes the pending changes the next revision. @returns the step, or `undefined` when they came to nothing */
  flush(): PresenceStep | undefined {
    const set: PresenceRow[] = [];
    const removed: string[] = [];
    for (const [connectionId, row] of this.#pending) {
      const before = this.#rows.get(connectionId);
      if (row === null) {
        if (this.#rows.delete(connectionId)) removed.push(connectionId);
      } else if (!before || !showsTheSame(before, row)) {
        this.#rows.set(connectionId, row);
        set.push(row);
      }
    }
    this.#pending.clear();
    if (set.length === 0 && removed.length === 0) return undefined;
    this.#snapshot = undefined;
    this.#revision++;
    return { from: this.#revision - 1, revision: this.#revision, set, removed };
  }

  /** The map as of the last flush. The same object until the next one. */
  snapshot(): PresenceSnapshot {
    this.#snapshot ??= { revision: this.#revision, rows: [...this.#rows.values()] };
    return this.#snapshot;
  }

  /** The step from an earlier snapshot to the last flush; `undefined` when there was none in between. */
  stepFrom(earlier: PresenceSnapshot): PresenceStep | undefined {
    if (earlier.revision === this.#revision) return undefined;
    const known = new Map(earlier.rows.map((row) => [row.entry.connectionId, row]));
    const set = [...this.#rows.values()].filter((row) => known.get(row.entry.connectionId) !== row);
    const removed = [...known.keys()].filter((connectionId) => !this.#rows.has(connectionId));
    return { from: earlier.revision, revision: this.#revision, set, removed };
  }

  #current(connectionId: string): PresenceRow | null | undefined {
    const pending = this.#pending.get(connectionId);
    return pending === undefined ? this.#rows.get(connectionId) : pending;
  }

  #join({ connectionId, user, joinedAtMs }: PresenceEntry): void {
    const member = this.#members.get(user.userId);
    if (!member) {
      this.#members.set(user.userId, { joinedAtMs, connectionIds: new Set([connectionId]) });
      return;
    }
    member.connectionIds.add(connectionId);
    if (joinedAtMs === member.joinedAtMs) return;
    member.joinedAtMs = Math.min(joinedAtMs, member.joinedAtMs);
    for (const id of member.connectionIds) {
      const row = this.#current(id);
      if (row && row.entry.joinedAtMs !== member.joinedAtMs) {
        this.#pending.set(id, toRow({ ...row.entry, joinedAtMs: member.joinedAtMs }));
      }
    }
  }
}
