/** The presence of one channel: its members, and my own state among them. */
import type { Clock, PresenceEntry, PresenceState, Sender } from "@attune/protocol";
import { atom } from "nanostores";
import type { ReadableAtom } from "nanostores";
import type { PresenceDelta, PresenceSnapshot } from "../driver.js";
import type { PresenceMember } from "./member.js";
import type { MyState, PresencePatch } from "./my-state.js";
import { applyDelta, difference, fromSnapshot, toMembers } from "./reducer.js";
import type { PresenceChange } from "./reducer.js";
import { SETTLING_MS } from "./settling.js";

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

/** How long who is missing is still shown, as unconfirmed, where nobody but core waits: the same as our server's grace. */
export const GRACE_MS = 5_000;

/**
 * Makes the presence of a channel with nobody on it.
 *
 * @param graceMs how long a leave is held back here; 0 where the provider itself waits
 * @param myId my user's id
 * @param announce gets every difference
 */
export function createPresence(
  clock: Clock,
  graceMs: number,
  myId: () => string | undefined,
  announce: (change: PresenceChange) => void,
): Presence {
  const $members = atom<readonly PresenceMember[]>([]);
  const $others = atom<readonly PresenceMember[]>([]);
  const $me = atom<MyState>({ status: "online" });
  let map = NOBODY;
  /** Those who were here, and of whom nothing was heard since. */
  let unconfirmed: readonly PresenceEntry[] = [];
  /** Those of them whose time is running, and what stops it. */
  let leaving = new Map<PresenceEntry, () => void>();
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
    for (const stop of leaving.values()) stop();
    leaving = new Map();
  }

  /** Who came back, or went at last, needs no place any more; who is missing since now keeps one for the grace. */
  function holdPlaces(): void {
    const held = leaving;
    leaving = new Map(
      unconfirmed.map((entry) => [entry, held.get(entry) ?? clock.after(graceMs, () => forget(entry))]),
    );
    for (const [entry, stop] of held) if (!leaving.has(entry)) stop();
  }

  function forget(entry: PresenceEntry): void {
    unconfirmed = unconfirmed.filter((other) => other !== entry);
    holdPlaces();
    publish();
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
      // Without a grace of its own, core believes a provider that says who has left.
      const missed = isSettling || graceMs ? [...unconfirmed, ...(graceMs ? map.entries.values() : [])] : [];
      map = next;
      // Whoever is back, by whichever connection, needs no place kept.
      const back = new Set(Array.from(map.entries.values(), ({ user }) => user.userId));
      unconfirmed = missed.filter(({ user }) => !back.has(user.userId));
      if (graceMs) holdPlaces();
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
