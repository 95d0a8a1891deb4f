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
 * The members that entries make, by the time they joined.
 *
 * @param entries those who are here
 * @param unconfirmed those who were, and may be gone
 * @param before a member that did not change stays the same object, so that lists need not render it again
 */
export function toMembers(
  entries: readonly PresenceEntry[],
  unconfirmed: readonly PresenceEntry[],
  before: readonly PresenceMember[],
): readonly PresenceMember[] {
  const byUser = new Map<string, PresenceEntry[]>();
  for (const entry of [...entries, ...unconfirmed]) {
    byUser.set(entry.user.userId, [...(byUser.get(entry.user.userId) ?? []), entry]);
  }
  const known = new Map(before.map((member) => [member.userId, member]));
  return Array.from(byUser.values(), (own) => {
    const member = toMember(
      own,
      own.every((entry) => unconfirmed.includes(entry)),
    );
    const old = known.get(member.userId);
    return old && JSON.stringify(old) === JSON.stringify(member) ? old : member;
  }).sort((a, b) => +a.joinedAt - +b.joinedAt || (a.userId < b.userId ? -1 : 1));
}

function toDate(ms: number): Date {
  // oxlint-disable-next-line no-restricted-globals -- a time that was given: no clock is read here
  return new Date(ms);
}

function toMember(entries: PresenceEntry[], unconfirmed: boolean): PresenceMember {
  const connections = entries
    .map(({ connectionId, state, updatedAtMs }) => ({ connectionId, ...state, updatedAt: toDate(updatedAtMs) }))
    .sort((a, b) => +b.updatedAt - +a.updatedAt || (a.connectionId < b.connectionId ? -1 : 1));
  const [latest] = connections;
  return {
    ...(entries.find(({ connectionId }) => connectionId === latest?.connectionId) as PresenceEntry).user,
    customState: latest?.customState,
    status:
      PRESENCE_STATUSES.find((status) => connections.some((connection) => connection.status === status)) ?? "online",
    joinedAt: toDate(Math.min(...entries.map(({ joinedAtMs }) => joinedAtMs))),
    connections,
    unconfirmed,
  };
}

/** Joins, leaves and updates are differences of the map: nothing else is ever announced. */
export function difference(before: readonly PresenceMember[], after: readonly PresenceMember[]): PresenceChange {
  const find = (members: readonly PresenceMember[], { userId }: PresenceMember): PresenceMember | undefined =>
    members.find((member) => member.userId === userId);
  return {
    joined: after.filter((member) => !find(before, member)),
    left: before.filter((member) => !find(after, member)),
    updated: after.filter((member) => {
      const old = find(before, member);
      // Being confirmed again is no news of the member.
      return (
        old && old !== member && JSON.stringify({ ...old, unconfirmed: member.unconfirmed }) !== JSON.stringify(member)
      );
    }),
  };
}
