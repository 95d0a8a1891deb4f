/** The replicated presence map of a channel: pure steps from one revision to the next, and the members they make. */
import { PRESENCE_STATUSES } from "@attune/protocol";
import type { PresenceEntry } from "@attune/protocol";
import type { PresenceDelta, PresenceSnapshot } from "../driver.js";
import type { PresenceMember } from "./member.js";

/** The map at a revision, keyed by connection. */
export interface PresenceMap {
  readonly epoch: string;
  readonly revision: number;
  readonly entries: ReadonlyMap<string, PresenceEntry>;
}

/** What changed between two lists of members. */
export interface PresenceChange {
  readonly joined: readonly PresenceMember[];
  readonly left: readonly PresenceMember[];
  readonly updated: readonly PresenceMember[];
}

/** The map that a snapshot describes. */
export function fromSnapshot({ epoch, revision, entries }: PresenceSnapshot): PresenceMap {
  return { epoch, revision, entries: new Map(entries.map((entry) => [entry.connectionId, entry])) };
}

/** The map after a delta: the same one for a delta that is old news, `undefined` when a step in between is missing. */
export function applyDelta(map: PresenceMap, delta: PresenceDelta): PresenceMap | undefined {
  if (delta.epoch === map.epoch && delta.revision <= map.revision) return map;
  if (delta.epoch !== map.epoch || delta.from !== map.revision) return undefined;
  const entries = new Map(map.entries);
  for (const connectionId of delta.removed) entries.delete(connectionId);
  for (const entry of delta.set) entries.set(entry.connectionId, entry);
  return { epoch: map.epoch, revision: delta.revision, entries };
}

/**
 * The members of a map, by the time they joined.
 *
 * @param before a member that did not change stays the same object, so that lists need not render it again
 * @param isUnconfirmed whether this connection may be gone
 */
export function toMembers(
  map: PresenceMap,
  before: readonly PresenceMember[],
  isUnconfirmed: (connectionId: string) => boolean,
): readonly PresenceMember[] {
  const byUser = new Map<string, PresenceEntry[]>();
  for (const entry of map.entries.values()) {
    const entries = byUser.get(entry.user.userId);
    if (entries) entries.push(entry);
    else byUser.set(entry.user.userId, [entry]);
  }
  const known = new Map(before.map((member) => [member.userId, member]));
  const members = Array.from(byUser.values(), (entries) => {
    const member = toMember(entries, entries.every(({ connectionId }) => isUnconfirmed(connectionId)));
    const old = known.get(member.userId);
    return old && isSameMember(old, member) ? old : member;
  });
  return members.sort((a, b) => +a.joinedAt - +b.joinedAt || (a.userId < b.userId ? -1 : 1));
}

function toMember(entries: PresenceEntry[], unconfirmed: boolean): PresenceMember {
  entries.sort((a, b) => b.updatedAtMs - a.updatedAtMs || (a.connectionId < b.connectionId ? -1 : 1));
  const [{ user, state }] = entries as [PresenceEntry];
  const statuses = entries.map((entry) => entry.state.status);
  return {
    ...user,
    status: PRESENCE_STATUSES.find((status) => statuses.includes(status)) ?? state.status,
    joinedAt: new Date(Math.min(...entries.map(({ joinedAtMs }) => joinedAtMs))),
    ...custom(state.customState),
    connections: entries.map(({ connectionId, updatedAtMs, state: own }) => ({
      connectionId,
      status: own.status,
      ...custom(own.customState),
      updatedAt: new Date(updatedAtMs),
    })),
    unconfirmed,
  };
}

function custom(customState: Readonly<Record<string, unknown>> | undefined): { customState?: Record<string, unknown> } {
  return customState ? { customState } : {};
}

/** Joins, leaves and updates are differences of the map: nothing else is ever announced. */
export function difference(before: readonly PresenceMember[], after: readonly PresenceMember[]): PresenceChange {
  const old = new Map(before.map((member) => [member.userId, member]));
  const now = new Set(after.map(({ userId }) => userId));
  return {
    joined: after.filter(({ userId }) => !old.has(userId)),
    left: before.filter(({ userId }) => !now.has(userId)),
    updated: after.filter((member) => {
      const known = old.get(member.userId);
      return known && !isSameMember({ ...known, unconfirmed: member.unconfirmed }, member);
    }),
  };
}

function isSameMember(left: PresenceMember, right: PresenceMember): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
