/** Who is on a channel: the public shape of a member, and how one connection of a member travels. */

/** How available a member is. Among several connections of one user, online beats away beats busy. */
export type PresenceStatus = "online" | "away" | "busy";

/** The statuses, strongest first. */
export const PRESENCE_STATUSES: readonly PresenceStatus[] = ["online", "away", "busy"];

/** Who a user is, as the server's `authenticate` says. */
export interface User {
  readonly userId: string;
  readonly name: string;
  /** Address of a picture. */
  readonly avatar?: string;
}

/** What a connection says of itself. */
export interface PresenceState<Custom = Record<string, unknown>> {
  readonly status: PresenceStatus;
  readonly customState?: Custom;
}

/** One connection on a channel, as a row of the replicated presence map. */
export interface PresenceEntry {
  readonly connectionId: string;
  readonly user: User;
  /** When the user became a member, server milliseconds. The same in all entries of a user. */
  readonly joinedAtMs: number;
  /** When this connection last changed its state, server milliseconds. */
  readonly updatedAtMs: number;
  readonly state: PresenceState;
}

/** {@link PresenceEntry} on the wire: connection, user id, name, avatar or 0, joined at, updated at, status, custom state or 0. */
export type WirePresenceEntry = readonly [
  connectionId: string,
  userId: string,
  name: string,
  avatar: string | 0,
  joinedAtMs: number,
  updatedAtMs: number,
  status: PresenceStatus,
  customState: Readonly<Record<string, unknown>> | 0,
];

/** Packs an entry for the wire. */
export function toWireEntry(entry: PresenceEntry): WirePresenceEntry {
  const { user, state } = entry;
  return [
    entry.connectionId,
    user.userId,
    user.name,
    user.avatar ?? 0,
    entry.joinedAtMs,
    entry.updatedAtMs,
    state.status,
    state.customState ?? 0,
  ];
}

/** Unpacks an entry from the wire. */
export function fromWireEntry(wire: WirePresenceEntry): PresenceEntry {
  const [connectionId, userId, name, avatar, joinedAtMs, updatedAtMs, status, customState] = wire;
  return {
    connectionId,
    user: { userId, name, ...(avatar ? { avatar } : {}) },
    joinedAtMs,
    updatedAtMs,
    state: { status, ...(customState ? { customState } : {}) },
  };
}
