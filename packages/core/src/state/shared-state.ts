/** The shared state of a channel at work: shows it, sends what I change, one patch at a time, and tells me what became of it. */
import { isRealtimeError, MAX_PATCH_OPERATIONS, messageId, RealtimeError, validatePayload } from "@attune/protocol";
import type { StateVersion } from "@attune/protocol";
import { diff, isJson } from "@attune/protocol/patch";
import { freeze, Immer } from "immer";
import { atom } from "nanostores";
import type { ReadableAtom } from "nanostores";
import type { Channel, ChannelStatus } from "../channel/channel-handle.js";
import type { ChannelPart, PartHost } from "../channel/part.js";
import { abandoned, batched, EMPTY, outdated, pendingIn, received, refused, settle, stored } from "./replica.js";
import type { Batch, Step, Update } from "./replica.js";

/** Changes that may wait. Past it, the newest is refused: those before it may be what it builds on. */
const MAX_PENDING = 100;
/** A try that fails for a passing reason is made again after this, this often. */
const RETRY_MS = 1_000;
const MAX_TRIES = 5;

/** How a shared state stands. */
export interface SharedStateStatus {
  /** The server's version that is shown; `undefined` before the first. */
  readonly version: number | undefined;
  /** How many of my changes are shown and not stored yet. */
  readonly pending: number;
}

/** The shared state of a channel. */
export interface SharedState<T> {
  /** The value, with my changes in it that are on their way. `undefined` before the first one came. It is frozen. */
  readonly $value: ReadableAtom<T | undefined>;
  readonly $status: ReadableAtom<SharedStateStatus>;
  /**
   * Changes the state: shown at once, sent as a patch, kept while offline (not over a reload). Joins the channel until it has ended.
   *
   * @param mutator changes the draft it is given, or gives another value. It is run again whenever somebody else's change comes
   * before it, so it must do nothing else, and the same every time
   * @returns the version that has the change, once the server has stored it
   * @throws (rejects) {RealtimeError} `invalid-payload` when the new value is no JSON, or not what was declared; `forbidden`,
   * `payload-too-large` and whatever else the server refuses it for; `conflict` when it no longer fits what others changed;
   * `overflow` when 100 wait; `wrong-user`, `disposed`; or what the mutator throws. Then the change is no longer shown.
   * Nobody awaiting it raises no unhandled rejection
   */
  update(mutator: (draft: T) => T | void): Promise<StateVersion>;
}

interface Settling {
  resolve(at: StateVersion): void;
  reject(error: unknown): void;
}

/** One of our own: an app may set what all others share to its liking. */
const { produce } = new Immer();

/** Who has an atom keeps the channel that fills it. */
const owners = new WeakMap<object, unknown>();

/** Makes the shared state of a channel. */
export function createSharedState(
  channel: Channel,
  { context, definition }: PartHost,
): SharedState<unknown> & ChannelPart {
  const { name } = channel;
  const producer = context.id();
  const $value = atom<unknown>();
  const $status = atom<SharedStateStatus>({ version: undefined, pending: 0 });
  const settlings = new Map<Update, Settling>();
  let replica = EMPTY;
  let sequence = 0;
  let tries = 0;
  /** The join that we are on has told the state. */
  let isReady = false;
  /** Counts sendings, so that an answer to an earlier one is told apart. */
  let sending = 0;
  let isSent = false;
  /** Whose changes wait; `undefined` before anybody was known. */
  let owner: string | null | undefined;
  let cancelRetry = (): void => {};
  let leave: (() => void) | undefined;

  function take(step: Step): void {
    replica = step.replica;
    $value.set(step.value);
    for (const { update, at, error } of step.ended) {
      const settling = settlings.get(update);
      settlings.delete(update);
      if (at) settling?.resolve(at);
      else settling?.reject(error);
    }
    const pending = pendingIn(replica);
    const version = replica.known?.version;
    const shown = $status.value as SharedStateStatus;
    if (version !== shown.version || pending !== shown.pending) $status.set({ version, pending });
    // What is on its way needs the channel, whoever else has left.
    if (pending) leave ??= channel.join();
    else {
      leave?.();
      leave = undefined;
    }
    send();
  }

  function send(): void {
    if (!isReady || isSent) return;
    if (!replica.batch) {
      const next = batched(replica, sequence + 1, MAX_PATCH_OPERATIONS);
      if (!next) return;
      replica = next;
      sequence += 1;
      tries = 0;
    }
    const batch = replica.batch as Batch;
    if (batch.storedAt) return;
    // What changes nothing need not be sent.
    if (!batch.patch.length) return take(stored(replica, batch.base));
    isSent = true;
    const mine = ++sending;
    const { base, patch } = batch;
    const answer = context.link()?.patch?.({ channel: name, producer, sequence: batch.sequence, base, patch });
    answer?.then(
      (at) => mine === sending && answered(batch, () => stored(replica, at)),
      (error: RealtimeError) => mine === sending && answered(batch, () => failed(error)),
    );
  }

  function answered(batch: Batch, step: () => Step | undefined): void {
    // It may have come back among the changes before its answer did.
    if (replica.batch?.sequence !== batch.sequence || replica.batch.storedAt) return;
    context.transact(() => {
      isSent = false;
      const next = step();
      if (next) take(next);
    });
  }

  /** @returns nothing when the same patch is to be sent again, later */
  function failed(error: RealtimeError): Step | undefined {
    const { last, retryAfterMs } = (error.details ?? {}) as { last?: number; retryAfterMs?: number };
    const { base } = replica.batch as Batch;
    // A server that is behind what we know, as one of several can be, catches up.
    const isBehind = last !== undefined && last < base.version;
    if (error.code === "conflict" && !isBehind) {
      // Without a version it is another epoch: either we know it by now, or the channel is about to be joined anew.
      return outdated(replica, last ?? (base.epoch === replica.known?.epoch ? Infinity : 0));
    }
    const isPassing = isBehind || error.retryable || error.code === "not-joined";
    if (!isPassing || (error.code !== "rate-limited" && ++tries >= MAX_TRIES)) return refused(replica, error);
    isSent = true;
    cancelRetry = context.clock.after(retryAfterMs ?? RETRY_MS, () => {
      isSent = false;
      send();
    });
    return undefined;
  }

  function run(mutator: (draft: never) => unknown, value: unknown): unknown {
    const next: unknown = produce(value, mutator as (draft: unknown) => unknown);
    const patch = diff(value, next);
    if (typeof next !== "object" || !next || !patch.every((each) => each.op === "remove" || isJson(each.value))) {
      throw new RealtimeError("invalid-payload", `The shared state of "${name}" must be an object or a list, of JSON.`);
    }
    if (definition?.state) validatePayload(next, definition.state, `the shared state of "${name}"`);
    return next;
  }

  function add(update: Update): void {
    if (context.isDisposed()) throw new RealtimeError("disposed", `Cannot change "${name}": the service was disposed.`);
    if (pendingIn(replica) >= MAX_PENDING) {
      throw new RealtimeError("overflow", `${MAX_PENDING} changes of the shared state of "${name}" wait already.`);
    }
    // Tried at once, so that what is wrong with it is told to who wrote it, and not as a conflict with others.
    if (replica.known) update.run($value.value);
    owner ??= context.me() && userId();
    take(settle({ ...replica, waiting: [...replica.waiting, update] }));
    dropIfOver();
  }

  /** Waiting for what will not come back by itself helps nobody. */
  function dropIfOver(): void {
    const { phase, error } = channel.$status.value as ChannelStatus;
    if (pendingIn(replica) && (phase === "denied" || phase === "closed")) take(abandoned(replica, error));
  }

  const userId = (): string | null => context.me()?.user?.userId ?? null;

  channel.$status.listen(() => context.transact(dropIfOver));

  const state: SharedState<unknown> & ChannelPart = {
    $value,
    $status,
    update(mutator) {
      const promise = new Promise<StateVersion>((resolve, reject) => {
        const update: Update = { run: (value) => run(mutator as (draft: never) => unknown, value) };
        settlings.set(update, { resolve, reject });
        context.transact(() => {
          try {
            add(update);
          } catch (error) {
            settlings.delete(update);
            reject(error);
          }
        });
      });
      promise.catch(() => {});
      return promise;
    },
    get known() {
      const { epoch, version } = replica.known ?? { epoch: "", version: 0 };
      return { epoch, version };
    },
    receive(change) {
      let step: Step | undefined;
      try {
        const isMine = (id: string, batch: Batch): boolean =>
          id === messageId(context.me()?.user?.userId, producer, batch.sequence);
        step = received(replica, change, isMine);
      } catch (error) {
        // A patch that does not fit what we have: then what we have is wrong.
        if (!isRealtimeError(error)) throw error;
        replica = { ...replica, known: undefined };
      }
      if (!step) return false;
      if (owner !== undefined && owner !== userId()) {
        const error = new RealtimeError("wrong-user", `A change of the state of "${name}" was made as another user.`);
        const others = abandoned(step.replica, error);
        step = { ...others, ended: [...step.ended, ...others.ended] };
      }
      owner = userId();
      freeze(step.replica.known?.value, true);
      isReady = true;
      if (replica.batch && !step.replica.batch) isSent = false;
      take(step);
      return true;
    },
    left() {
      isReady = isSent = false;
      sending += 1;
      cancelRetry();
      if (context.isDisposed()) {
        take(
          abandoned(
            replica,
            new RealtimeError("disposed", `Changes of "${name}" were not stored: the service was disposed.`),
          ),
        );
      }
    },
  };
  owners.set($value, channel);
  owners.set($status, channel);
  return state;
}
