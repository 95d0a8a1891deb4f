/** The presence of an open channel: sends each revision to every subscriber, and cuts snapshots for new ones. */
import type { PresenceEntry, PresenceState, User } from "@attune/protocol";
import type { RowChange } from "../broker/broker.js";
import type { ServerEnv } from "../env/server-env.js";
import { PresenceMap, type PresenceSnapshot, type PresenceStep } from "../presence/presence-map.js";
import type { EncodedFrame } from "../wire/encoded-frame.js";
import { type Json, presenceFrame } from "../wire/frame-text.js";
import { type Audience, sendToAll } from "./audience.js";
import { FlushTimer } from "./flush-timer.js";

/** Presence of one channel on this node, with the rows of the other nodes among it. */
export class PresenceLane {
  /** Revisions are this node's own, so the epoch is too. */
  readonly epoch: string;
  readonly #channel: Json;
  readonly #audience: Audience;
  readonly #windowMs: number;
  readonly #env: ServerEnv;
  readonly #share: (change: RowChange) => void;
  readonly #timer: FlushTimer;
  readonly #map = new PresenceMap();
  readonly #own = new Set<string>();
  #waiting: (() => void)[] = [];

  constructor(channel: Json, audience: Audience, windowMs: number, env: ServerEnv, share: (change: RowChange) => void) {
    this.epoch = env.id();
    this.#channel = channel;
    this.#audience = audience;
    this.#windowMs = windowMs;
    this.#env = env;
    this.#share = share;
    this.#timer = new FlushTimer(env, () => this.#flush());
  }

  /** Whether a connection of this node is on the channel. */
  get hasOwnRows(): boolean {
    return this.#own.size > 0;
  }

  /** Adds or changes a connection of this node. */
  set(connectionId: string, user: User, state: PresenceState): void {
    this.#own.add(connectionId);
    const row = this.#map.set(connectionId, user, state, this.#env.clock.now());
    if (!row) return;
    this.#share({ set: [row.entry], removed: [] });
    this.#timer.request(this.#windowMs);
  }

  /** Shows a connection of this node under a new name or picture; its state stays. */
  rename(connectionId: string, user: User): void {
    const state = this.#own.has(connectionId) ? this.#map.stateOf(connectionId) : undefined;
    if (state) this.set(connectionId, user, state);
  }

  /** Takes a connection of this node away. */
  remove(connectionId: string): void {
    if (!this.#own.delete(connectionId) || !this.#map.remove(connectionId)) return;
    this.#share({ set: [], removed: [connectionId] });
    this.#timer.request(this.#windowMs);
  }

  /** Takes all connections of this node away. */
  clear(): void {
    for (const connectionId of [...this.#own]) this.remove(connectionId);
  }

  /** Takes over what other nodes have. */
  merge(change: { readonly set: readonly PresenceEntry[]; readonly removed: readonly string[] }): void {
    for (const entry of change.set) this.#map.put(entry);
    // A session that moved here keeps its row: its old node only lets go of it.
    for (const connectionId of change.removed) if (!this.#own.has(connectionId)) this.#map.remove(connectionId);
    if (this.#map.hasPending) this.#timer.request(this.#windowMs);
  }

  /** Calls `run` as soon as a snapshot would hold every change made so far: now, or right after the next flush. */
  whenSettled(run: () => void): void {
    if (this.#map.hasPending) this.#waiting.push(run);
    else run();
  }

  snapshot(): PresenceSnapshot {
    return this.#map.snapshot();
  }

  /** What a subscriber with an earlier snapshot lacks before it can be live. */
  catchUpFrame(earlier: PresenceSnapshot): EncodedFrame | undefined {
    const step = this.#map.stepFrom(earlier);
    return step && this.#frame(step);
  }

  stop(): void {
    this.#timer.stop();
  }

  #flush(): void {
    const step = this.#map.flush();
    if (step) sendToAll(this.#audience, this.#frame(step));
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run();
  }

  #frame({ from, revision, set, removed }: PresenceStep): EncodedFrame {
    const texts = set.map((row) => row.json);
    return presenceFrame(this.#channel, JSON.stringify(this.epoch), { from, revision, set: texts, removed });
  }
}
