/** The presence of one channel: its members, and my own state among them. */
import type { Clock, PresenceState, Sender } from "@attune/protocol";
import { atom } from "nanostores";
import type { ReadableAtom } from "nanostores";
import type { MyState, PresencePatch } from "../channel/channel-handle.js";
import type { PresenceDelta, PresenceSnapshot } from "../driver.js";
import type { PresenceMember } from "./member.js";
import { applyDelta, difference, fromSnapshot, toMembers } from "./reducer.js";
import type { PresenceChange, PresenceMap } from "./reducer.js";

/** After a server start, members who were here stay this long, unconfirmed: the grace, and time to be admitted again. */
const SETTLING_MS = 10_000;

const NOBODY: PresenceMap = { epoch: "", revision: 0, entries: new Map() };

/** The presence of a channel, to the channel. */
export interface Presence {
  readonly $members: ReadableAtom<readonly PresenceMember[]>;
  readonly $me: ReadableAtom<MyState>;
  /** Returns false when a revision is missing, and the channel must be joined anew. */
  apply(change: PresenceSnapshot | PresenceDelta): boolean;
  /** A server that has just started does not know everybody yet. */
  settling(): void;
  /** The connection is down: everyone stays, as unconfirmed. */
  lost(): void;
  /** No longer on the channel: nobody is shown, and nobody is said to have left. */
  clear(): void;
  /** My state with a patch applied; not set yet. */
  patched(patch: PresencePatch): PresenceState;
  setMe(state: PresenceState): void;
  /** Who is behind a connection, while that is known. */
  userOf(connectionId: string): Sender | undefined;
}

/** Makes the presence of a channel with nobody on it. `announce` gets every difference. */
export function createPresence(clock: Clock, announce: (change: PresenceChange) => void): Presence {
  const $members = atom<readonly PresenceMember[]>([]);
  const $me = atom<MyState>({ status: "online" });
  let map = NOBODY;
  /** Connections that were here before a loss and are not confirmed since. */
  let unconfirmed = new Set<string>();
  let isSettling = false;
  let cancel = (): void => {};

  function publish(): void {
    const before = $members.value as readonly PresenceMember[];
    const after = toMembers(map, before, (connectionId) => unconfirmed.has(connectionId));
    $members.set(after);
    announce(difference(before, after));
  }

  function endSettling(): void {
    cancel();
    isSettling = false;
    const entries = new Map(map.entries);
    for (const connectionId of unconfirmed) entries.delete(connectionId);
    map = { ...map, entries };
    unconfirmed = new Set();
    publish();
  }

  return {
    $members,
    $me,
    settling() {
      isSettling = true;
      cancel();
      cancel = clock.after(SETTLING_MS, endSettling);
    },
    apply(change) {
      const next = change.kind === "snapshot" ? fromSnapshot(change) : applyDelta(map, change);
      if (!next) return false;
      if (next === map) return true;
      const kept = new Map(next.entries);
      const known = new Set(Array.from(next.entries.values(), ({ user }) => user.userId));
      for (const connectionId of unconfirmed) {
        const old = map.entries.get(connectionId);
        // Someone who is back, by whichever connection, needs no place kept.
        if (isSettling && old && !known.has(old.user.userId)) kept.set(connectionId, old);
      }
      unconfirmed = new Set([...unconfirmed].filter((id) => kept.get(id) === map.entries.get(id) && kept.has(id) && isSettling));
      map = { ...next, entries: kept };
      publish();
      return true;
    },
    lost() {
      cancel();
      isSettling = false;
      unconfirmed = new Set(map.entries.keys());
      publish();
    },
    clear() {
      cancel();
      isSettling = false;
      unconfirmed = new Set();
      map = NOBODY;
      $members.set([]);
    },
    patched({ status, customState }) {
      const before = $me.value as MyState;
      const merged: Record<string, unknown> = { ...before.customState, ...customState };
      for (const key in merged) if (merged[key] === null || merged[key] === undefined) delete merged[key];
      return { status: status ?? before.status, ...(Object.keys(merged).length ? { customState: merged } : {}) };
    },
    setMe: (state) => $me.set(state),
    userOf: (connectionId) => map.entries.get(connectionId)?.user,
  };
}
