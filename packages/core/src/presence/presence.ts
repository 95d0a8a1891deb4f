/** The presence of one channel: its members, and my own state among them. */
import type { Clock, PresenceEntry, PresenceState, Sender } from "@attune/protocol";
import { atom } from "nanostores";
import type { ReadableAtom } from "nanostores";
import type { PresenceDelta, PresenceSnapshot } from "../driver.js";
import type { PresenceMember } from "./member.js";
import type { MyState, PresencePatch } from "./my-state.js";
import { applyDelta, difference, fromSnapshot, toMembers } from "./reducer.js";
import type { PresenceChange } from "./reducer.js";

/** After a server start, members who were here stay this long, unconfirmed: the grace, and time to be admitted again. */
const SETTLING_MS = 15_000;

const NOBODY = fromSnapshot({ kind: "snapshot", epoch: "", revision: 0, entries: [] });

/** The presence of a channel, to the channel. */
export interface Presence {
  readonly $members: ReadableAtom<readonly PresenceMember[]>;
  /** Without me. */
  readonly $others: ReadableAtom<readonly PresenceMember[]>;
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

/** Makes the presence of a channel with nobody on it. `myId` is my user's id, `announce` gets every difference. */
export function createPresence(
  clock: Clock,
  myId: () => string | undefined,
  announce: (change: PresenceChange) => void,
): Presence {
  const $members = atom<readonly PresenceMember[]>([]);
  const $others = atom<readonly PresenceMember[]>([]);
  const $me = atom<MyState>({ status: "online" });
  let map = NOBODY;
  /** Those who were here before a loss, and of whom nothing was heard since. */
  let unconfirmed: readonly PresenceEntry[] = [];
  let isSettling = false;
  let cancel = (): void => {};

  function show(members: readonly PresenceMember[]): void {
    $members.set(members);
    $others.set(members.filter(({ userId }) => userId !== myId()));
  }

  function publish(): void {
    const before = $members.value as readonly PresenceMember[];
    const after = toMembers([...map.entries.values()], unconfirmed, before);
    show(after);
    announce(difference(before, after));
  }

  function settle(): void {
    cancel();
    isSettling = false;
    unconfirmed = [];
  }

  return {
    $members,
    $others,
    $me,
    settling() {
      isSettling = true;
      cancel();
      cancel = clock.after(SETTLING_MS, () => {
        settle();
        publish();
      });
    },
    apply(change) {
      const next = change.kind === "snapshot" ? fromSnapshot(change) : applyDelta(map, change);
      if (!next || next === map) return next === map;
      map = next;
      // Whoever is back, by whichever connection, needs no place kept.
      const back = new Set(Array.from(map.entries.values(), ({ user }) => user.userId));
      unconfirmed = isSettling ? unconfirmed.filter(({ user }) => !back.has(user.userId)) : [];
      publish();
      return true;
    },
    lost() {
      const everyone = [...unconfirmed, ...map.entries.values()];
      settle();
      unconfirmed = everyone;
      map = NOBODY;
      publish();
    },
    clear() {
      settle();
      map = NOBODY;
      show([]);
    },
    patched({ status, customState }) {
      const before = $me.value as MyState;
      const merged = Object.entries({ ...before.customState, ...customState }).filter(([, value]) => value !== null);
      return { status: status ?? before.status, ...(merged.length ? { customState: Object.fromEntries(merged) } : {}) };
    },
    setMe: (state) => $me.set(state),
    userOf: (connectionId) => map.entries.get(connectionId)?.user,
  };
}
