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
    const { userId } = entry.user;
    byUser.set(userId, [...(byUser.get(userId) ?? []), entry]);
  }
  const gone = new Set(unconfirmed);
  const known = byUserId(before);
  return Array.from(byUser, ([userId, own]) => {
    own.sort((a, b) => b.updatedAtMs - a.updatedAtMs || (a.connectionId < b.connectionId ? -1 : 1));
    const isGone = own.every((entry) => gone.has(entry));
    const old = known.get(userId);
    return old?.unconfirmed === isGone && isMadeOf(old, own) ? old : toMember(own, isGone);
  }).sort((a, b) => +a.joinedAt - +b.joinedAt || (a.userId < b.userId ? -1 : 1));
}

function byUserId(members: readonly PresenceMember[]): Map<string, PresenceMember> {
  return new Map(members.map((member) => [member.userId, member]));
}

/** What each member was made of: comparing that is comparing the members, at the price of a few pointers. */
const parts = new WeakMap<PresenceMember, readonly PresenceEntry[]>();

/** Whether these entries would make the same member. Those of a new snapshot are other objects that may say the same. */
function isMadeOf(member: PresenceMember, own: readonly PresenceEntry[]): boolean {
  const made = parts.get(member) ?? [];
  return (
    made.length === own.length &&
    made.every((entry, index) => entry === own[index] || JSON.stringify(entry) === JSON.stringify(own[index]))
  );
}

function toDate(ms: number): Date {
  // oxlint-disable-next-line no-restricted-globals -- a time that was given: no clock is read here
  return new Date(ms);
}

function toMember(own: readonly PresenceEntry[], unconfirmed: boolean): PresenceMember {
  const [latest] = own as [PresenceEntry];
  const connections = own.map(({ connectionId, state, updatedAtMs }) => ({
    connectionId,
    ...state,
    updatedAt: toDate(updatedAtMs),
  }));
  const member: PresenceMember = {
    ...latest.user,
    customState: latest.state.customState,
    status:
      PRESENCE_STATUSES.find((status) => connections.some((connection) => connection.status === status)) ?? "online",
    joinedAt: toDate(Math.min(...own.map(({ joinedAtMs }) => joinedAtMs))),
    connections,
    unconfirmed,
  };
  parts.set(member, own);
  return member;
}

/** Joins, leaves and updates are differences of the map: nothing else is ever announced. */
export function difference(before: readonly PresenceMember[], after: readonly PresenceMember[]): PresenceChange {
  const was = byUserId(before);
  const is = byUserId(after);
  return {
    joined: after.filter(({ userId }) => !was.has(userId)),
    left: before.filter(({ userId }) => !is.has(userId)),
    updated: after.filter((member) => {
      const old = was.get(member.userId);
      // Being confirmed again is no news of the member.
      return old && old !== member && !isMadeOf(old, parts.get(member) ?? []);
    }),
  };
}
