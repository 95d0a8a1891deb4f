/** Grace as a driver applies it whose provider shows leaves at once: removals wait, and a return cancels them. */
import type { PresenceDelta, PresenceSnapshot } from "@attune/core/driver";
import type { Clock, PresenceEntry } from "@attune/protocol";

/** Stands between a provider's presence and the driver's host. */
export interface PresenceGrace {
  hear(change: PresenceSnapshot | PresenceDelta): void;
  dispose(): void;
}

interface Leaving {
  readonly userId: string | undefined;
  readonly cancel: () => void;
}

/** Counts revisions of its own, because it tells less than it hears. */
export function createPresenceGrace(
  clock: Clock,
  graceMs: number,
  tell: (change: PresenceSnapshot | PresenceDelta) => void,
): PresenceGrace {
  const userOf = new Map<string, string>();
  const leaving = new Map<string, Leaving>();
  let revision = 0;

  function change(set: readonly PresenceEntry[], removed: readonly string[]): void {
    for (const id of removed) userOf.delete(id);
    for (const entry of set) userOf.set(entry.connectionId, entry.user.userId);
    revision += 1;
    tell({ kind: "delta", epoch: "driver", from: revision - 1, revision, set, removed });
  }

  function startLeaving(id: string): void {
    const cancel = clock.after(graceMs, () => {
      leaving.delete(id);
      change([], [id]);
    });
    leaving.set(id, { userId: userOf.get(id), cancel });
  }

  /** The ones that need no grace any more, because their user is back. */
  function returned(set: readonly PresenceEntry[]): string[] {
    const back = [...leaving].filter(([, { userId }]) => set.some((entry) => entry.user.userId === userId));
    for (const [id, { cancel }] of back) {
      cancel();
      leaving.delete(id);
    }
    return back.map(([id]) => id);
  }

  function dispose(): void {
    for (const { cancel } of leaving.values()) cancel();
    leaving.clear();
  }

  return {
    hear(heard) {
      if (heard.kind === "snapshot") {
        dispose();
        userOf.clear();
        for (const entry of heard.entries) userOf.set(entry.connectionId, entry.user.userId);
        revision += 1;
        return tell({ ...heard, epoch: "driver", revision });
      }
      heard.removed.forEach(startLeaving);
      const replaced = returned(heard.set).filter((id) => heard.set.every((entry) => entry.connectionId !== id));
      if (heard.set.length > 0) change(heard.set, replaced);
    },
    dispose,
  };
}
