/** A client's copy of a shared state, as values: what the server has, what of mine is on its way, and what both together show. */
import { RealtimeError } from "@attune/protocol";
import type { JsonPatch, StateVersion } from "@attune/protocol";
import { applyPatch, diff } from "@attune/protocol/patch";
import type { StateDelta, StateSnapshot } from "../driver.js";

/** A change as the app made it: run on whatever value is the newest, until the server has it. */
export interface Update {
  /** Gives the next value. Throws what speaks against it. */
  run(value: unknown): unknown;
}

/** What the server has. */
export interface Known extends StateVersion {
  readonly value: unknown;
}

/** Updates on their way together, as one patch, which stays the same however often it is sent. */
export interface Batch {
  readonly sequence: number;
  readonly base: StateVersion;
  readonly patch: JsonPatch;
  readonly updates: readonly Update[];
  /** Taken, and not yet among what the server has told. */
  readonly storedAt?: StateVersion;
}

/** The copy. */
export interface Replica {
  readonly known?: Known | undefined;
  readonly batch?: Batch | undefined;
  /** In the order in which they were made; all of them come after the batch. */
  readonly waiting: readonly Update[];
  /** So many of the first are sent one by one, because one among them was refused. */
  readonly alone: number;
  /** Nothing is sent before this version is known: the server has refused what was made from an earlier one. */
  readonly needed: number;
}

/** What came of a step. */
export interface Step {
  readonly replica: Replica;
  /** The value to show. */
  readonly value: unknown;
  /** Updates that ended: stored at a version, or given up for an error. */
  readonly ended: readonly { readonly update: Update; readonly at?: StateVersion; readonly error?: unknown }[];
}

/** Nothing known, nothing on its way. */
export const EMPTY: Replica = { waiting: [], alone: 0, needed: 0 };

/**
 * Shows my updates on top of what the server has. One that no longer fits is given up; one that is on its way is not: the
 * server may have taken it, as it was.
 */
export function settle(replica: Replica, ended: Step["ended"] = []): Step {
  const { known, batch } = replica;
  if (!known) return { replica, value: undefined, ended };
  let { value } = known;
  for (const { run } of batch?.updates ?? []) {
    try {
      value = run(value);
    } catch {}
  }
  const all = [...ended];
  const waiting = replica.waiting.filter((update) => {
    try {
      value = update.run(value);
      return true;
    } catch (cause) {
      const error = new RealtimeError("conflict", "A change of the shared state does not fit what others made of it.", {
        cause,
      });
      all.push({ update, error });
      return false;
    }
  });
  return { replica: { ...replica, waiting }, value, ended: all };
}

/** Takes what the server tells. @returns `undefined` when something before it is missing */
export function received(
  replica: Replica,
  change: StateSnapshot | StateDelta,
  isMine: (id: string, batch: Batch) => boolean,
): Step | undefined {
  if (change.kind === "snapshot") {
    const { epoch, version, value } = change;
    return confirmed({ ...replica, known: { epoch, version, value }, needed: 0 });
  }
  const { known } = replica;
  if (!known || known.epoch !== change.epoch || change.from > known.version) return undefined;
  let { version, value } = known;
  let mine: StateVersion | undefined;
  for (const { version: next, id, patch } of change.changes) {
    if (next <= version) continue;
    if (next > version + 1) return undefined;
    version = next;
    value = applyPatch(value, patch);
    if (replica.batch && isMine(id, replica.batch)) mine = { epoch: known.epoch, version };
  }
  const next = { ...replica, known: { epoch: known.epoch, version, value } };
  return mine ? stored(next, mine) : confirmed(next);
}

/** Makes a batch of what waits, if it can go. @returns `undefined` when nothing can */
export function batched(replica: Replica, sequence: number, maxOperations: number): Replica | undefined {
  const { known, batch, waiting, alone, needed } = replica;
  if (!known || batch || !waiting.length || known.version < needed) return undefined;
  const updates = alone ? waiting.slice(0, 1) : waiting;
  const { epoch, version } = known;
  const patch = diff(
    known.value,
    updates.reduce((value, { run }) => run(value), known.value),
  );
  if (patch.length > maxOperations && updates.length > 1) {
    return batched({ ...replica, alone: waiting.length }, sequence, maxOperations);
  }
  const next: Batch = { sequence, base: { epoch, version }, patch, updates };
  return { ...replica, batch: next, waiting: waiting.slice(updates.length), alone: Math.max(0, alone - 1) };
}

/** The batch was taken. */
export function stored(replica: Replica, at: StateVersion): Step {
  const { batch } = replica;
  const ended = (batch?.storedAt ? [] : (batch?.updates ?? [])).map((update) => ({ update, at }));
  return confirmed({ ...replica, batch: batch && { ...batch, storedAt: at } }, ended);
}

/** The batch must be made anew, from a version that is at least `needed`. */
export function outdated(replica: Replica, needed: number): Step {
  const { batch, waiting } = replica;
  return settle({ ...replica, batch: undefined, waiting: [...(batch?.updates ?? []), ...waiting], needed });
}

/** The batch was refused for good. Of several it is not known which is to blame, so they go one by one. */
export function refused(replica: Replica, error: unknown): Step {
  const { batch, waiting, alone } = replica;
  const updates = batch?.updates ?? [];
  if (updates.length > 1) return settle({ ...outdated(replica, 0).replica, alone: alone + updates.length });
  return settle(
    { ...replica, batch: undefined, waiting },
    updates.map((update) => ({ update, error })),
  );
}

/** Gives everything up. */
export function abandoned(replica: Replica, error: unknown): Step {
  const { batch, waiting } = replica;
  const lost = [...(batch?.storedAt ? [] : (batch?.updates ?? [])), ...waiting];
  const ended = lost.map((update) => ({ update, error }));
  return settle({ ...EMPTY, known: replica.known }, ended);
}

/** How many updates have not ended. */
export function pendingIn({ batch, waiting }: Replica): number {
  return waiting.length + (batch && !batch.storedAt ? batch.updates.length : 0);
}

/** A batch that was taken goes once what the server tells has it: then it is part of the value. */
function confirmed(replica: Replica, ended: Step["ended"] = []): Step {
  const { known, batch } = replica;
  const at = batch?.storedAt;
  // In another epoch, its version means nothing: the state that had it is gone.
  const isIn = at && known && (at.epoch !== known.epoch || at.version <= known.version);
  return settle(isIn ? { ...replica, batch: undefined } : replica, ended);
}
