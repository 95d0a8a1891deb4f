/** The shared state of an open channel: at one version, cut for newcomers, changed one step at a time. */
import { RealtimeError, type StateVersion, type WireDelta, type WireVersion } from "@attune/protocol";
import { applyPatch, overlaps, placesOf } from "@attune/protocol/patch";
import type { MaybePromise, StoredChange, StoredState } from "../broker/broker.js";
import type { ServerEnv } from "../env/server-env.js";
import type { EncodedFrame } from "../wire/encoded-frame.js";
import { deltaFrame, type Json } from "../wire/frame-text.js";
import { type Audience, type Listener, sendToAll } from "./audience.js";
import { inFrames } from "./chunk.js";
import { FlushTimer } from "./flush-timer.js";

/** What is kept of the last changes, for those that were made from an earlier version, and for clients that know one. */
const RECENT_CHANGES = 1_024;
const RECENT_CHARS = 262_144;
/** Up to this, changes are sent to a client that knows an earlier version, though the value were shorter. */
const SMALL_CHARS = 1_024;

interface Recent {
  readonly version: number;
  readonly json: Json;
  readonly places: readonly string[];
}

interface Replica extends StateVersion {
  readonly value: unknown;
  /** JSON of the value, once somebody needed it. */
  json: Json | undefined;
}

/** What a newcomer gets of the state at the instant of its cut. */
export interface StateCut {
  readonly at: StateVersion;
  /** JSON of the value; absent for a client that knows the version `at`. */
  readonly json?: Json;
}

/** This node's copy of a shared state, loaded when the first client here asks for it. */
export class StateLane {
  readonly #channel: Json;
  readonly #windowMs: number;
  readonly #load: () => Promise<StoredState>;
  readonly #timer: FlushTimer;
  readonly #live = new Set<Listener>();
  #replica: Replica | undefined;
  #loading: Promise<void> | undefined;
  /** What came while it was being loaded. */
  #held: StoredChange[] = [];
  #recent: Recent[] = [];
  #recentChars = 0;
  #pending: Recent[] = [];
  #lastCount = 0;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param load reads the state, or begins it */
  constructor(channel: Json, windowMs: number, env: ServerEnv, load: () => Promise<StoredState>) {
    this.#channel = channel;
    this.#windowMs = windowMs;
    this.#load = load;
    this.#timer = new FlushTimer(env, () => this.#flush());
  }

  /** Makes it ready to be cut and changed. */
  ready(): MaybePromise<void> {
    if (this.#replica) return undefined;
    this.#loading ??= this.#load()
      .then((stored) => this.#adopt(stored))
      .finally(() => {
        this.#loading = undefined;
        this.#held = [];
      });
    return this.#loading;
  }

  get at(): StateVersion {
    const { epoch, version } = this.#loaded;
    return { epoch, version };
  }

  get value(): unknown {
    return this.#loaded.value;
  }

  /** Runs changes one after the other: each sees the version that the one before it made. */
  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(run);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Whether a change of these places, made from `base`, leaves alone what changed since. */
  isFree(base: StateVersion, places: readonly string[]): boolean {
    const since = this.#since(base);
    return since !== undefined && !since.some((recent) => overlaps(recent.places, places));
  }

  /** Takes the next version, or one that it has. @returns `false` when one is missing, or does not fit */
  deliver(change: StoredChange): boolean {
    const now = this.#replica;
    if (!now) {
      if (this.#loading) this.#held.push(change);
      return true;
    }
    if (change.epoch !== now.epoch) return false;
    if (change.version <= now.version) return true;
    if (change.version !== now.version + 1) return false;
    const { epoch, version, json } = change;
    const [, , patch] = JSON.parse(json) as WireDelta;
    try {
      this.#replica = { epoch, version, value: applyPatch(now.value, patch), json: undefined };
    } catch {
      return false;
    }
    this.#keep({ version, json, places: placesOf(patch) });
    this.#timer.request(this.#lastCount > 1 ? this.#windowMs : 0);
    return true;
  }

  /** The state at this instant, for a client that knows some version of it. */
  cut([epoch, version]: WireVersion): StateCut {
    const now = this.#loaded;
    const since = this.#since({ epoch, version });
    now.json ??= JSON.stringify(now.value);
    const isShorter =
      since && since.reduce((chars, { json }) => chars + json.length, 0) <= Math.max(now.json.length, SMALL_CHARS);
    return isShorter ? { at: { epoch, version } } : { at: this.at, json: now.json };
  }

  /** What a subscriber with an earlier cut lacks before it can be live. @returns `undefined` when that is no longer known */
  catchUp({ at }: StateCut): readonly EncodedFrame[] | undefined {
    const since = this.#replica && this.#since(at);
    return since && this.#frames(since);
  }

  /** From now on it gets every change. */
  add(listener: Listener): void {
    this.#live.add(listener);
  }

  drop(listener: Listener): void {
    this.#live.delete(listener);
  }

  /** Forgets the state, so that it is read anew. */
  reset(): void {
    this.#replica = undefined;
    this.#recent = [];
    this.#pending = [];
    this.#recentChars = 0;
  }

  stop(): void {
    this.#timer.stop();
  }

  get #loaded(): Replica {
    if (!this.#replica) throw new RealtimeError("channel-closed", "The shared state was interrupted.");
    return this.#replica;
  }

  #adopt({ epoch, version, json }: StoredState): void {
    this.#replica = { epoch, version, json, value: JSON.parse(json) as unknown };
    for (const change of this.#held) {
      if (change.epoch === epoch && !this.deliver(change)) throw new Error("A version of the shared state is missing.");
    }
  }

  /** The changes after a version; `undefined` when not all of them are known. */
  #since({ epoch, version }: StateVersion): readonly Recent[] | undefined {
    const now = this.#loaded;
    const count = now.version - version;
    if (epoch !== now.epoch || count < 0 || count > this.#recent.length) return undefined;
    return count === 0 ? [] : this.#recent.slice(-count);
  }

  #keep(change: Recent): void {
    this.#pending.push(change);
    this.#recent.push(change);
    this.#recentChars += change.json.length;
    while (this.#recent.length > RECENT_CHANGES || this.#recentChars > RECENT_CHARS) {
      this.#recentChars -= this.#recent.shift()?.json.length ?? 0;
    }
  }

  #flush(): void {
    const changes = this.#pending;
    this.#pending = [];
    this.#lastCount = changes.length;
    for (const frame of this.#frames(changes)) sendToAll(this.#live satisfies Audience, frame);
  }

  #frames(changes: readonly Recent[]): readonly EncodedFrame[] {
    if (changes.length === 0 || !this.#replica) return [];
    const epoch = JSON.stringify(this.#replica.epoch);
    return [...inFrames(changes)].map((texts) => deltaFrame(this.#channel, epoch, texts));
  }
}
