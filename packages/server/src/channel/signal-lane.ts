/** The lossy lane of an open channel: the latest value of each signal, to every subscriber that keeps up. */
import type { SignalUpdate } from "../broker/broker.js";
import type { ServerEnv } from "../env/server-env.js";
import type { EncodedFrame } from "../wire/encoded-frame.js";
import { type Json, signalsFrame } from "../wire/frame-text.js";
import type { Audience, Listener } from "./audience.js";
import { FlushTimer } from "./flush-timer.js";

type ByName = Map<string, Map<string, Json>>;

/** Signal names that one connection may use on a channel: each is kept, so that late readers can be brought up to date. */
export const MAX_SIGNAL_NAMES = 32;

/** In rooms larger than 250, each flush costs so much that they must come further apart. */
const WINDOW_PER_MEMBER_MS = 0.2;
const MAX_WINDOW_MS = 250;

/**
 * How far apart the flushes of a room are.
 *
 * A flush sends to each member a frame that grows with the members: the cost rises with their square.
 */
export function signalWindowMs(baseMs: number, members: number): number {
  return Math.max(baseMs, Math.min(MAX_WINDOW_MS, members * WINDOW_PER_MEMBER_MS));
}

/** Coalesces signals. */
export class SignalLane {
  readonly #channel: Json;
  readonly #audience: Audience;
  readonly #windowMs: number;
  readonly #timer: FlushTimer;
  /** Values since the last flush. */
  readonly #fresh: ByName = new Map();
  /** Every value that holds, by connection. */
  readonly #latest: ByName = new Map();
  readonly #gone = new Set<string>();
  /** Who missed a flush, and who left since the first of them did. */
  readonly #behind = new Set<Listener>();
  readonly #goneMeanwhile = new Set<string>();

  constructor(channel: Json, audience: Audience, windowMs: number, env: ServerEnv) {
    this.#channel = channel;
    this.#audience = audience;
    this.#windowMs = windowMs;
    this.#timer = new FlushTimer(env, () => this.#flush());
  }

  /** Sets a value. @returns `false` when the connection uses too many names */
  set({ connectionId, name, json }: SignalUpdate): boolean {
    const own = nested(this.#latest, connectionId);
    if (own.size >= MAX_SIGNAL_NAMES && !own.has(name)) return false;
    own.set(name, json);
    nested(this.#fresh, name).set(connectionId, json);
    this.#request();
    return true;
  }

  /** Ends a connection's signals. @returns whether it had any */
  forget(connectionId: string): boolean {
    if (!this.#latest.delete(connectionId)) return false;
    for (const values of this.#fresh.values()) values.delete(connectionId);
    this.#gone.add(connectionId);
    this.#request();
    return true;
  }

  /** Forgets a listener that is no longer in the audience. */
  dropListener(listener: Listener): void {
    this.#behind.delete(listener);
  }

  stop(): void {
    this.#timer.stop();
  }

  #request(): void {
    this.#timer.request(signalWindowMs(this.#windowMs, this.#audience.size));
  }

  #flush(): void {
    for (const id of this.#gone) if (this.#behind.size > 0) this.#goneMeanwhile.add(id);
    const hasNews = this.#gone.size > 0 || [...this.#fresh.values()].some((values) => values.size > 0);
    const news = hasNews ? signalsFrame(this.#channel, this.#fresh, this.#gone) : undefined;
    let whole: EncodedFrame | undefined;
    for (const listener of this.#audience) {
      if (this.#behind.has(listener)) {
        whole ??= signalsFrame(this.#channel, byName(this.#latest), this.#goneMeanwhile);
        if (listener.sendLossy(whole)) this.#behind.delete(listener);
      } else if (news && !listener.sendLossy(news)) {
        this.#behind.add(listener);
        for (const id of this.#gone) this.#goneMeanwhile.add(id);
      }
    }
    this.#gone.clear();
    // Names are emptied, not dropped: a busy room uses the same ones again 50 ms later.
    for (const [name, values] of this.#fresh) {
      if (values.size === 0) this.#fresh.delete(name);
      else values.clear();
    }
    if (this.#behind.size > 0) this.#request();
    else this.#goneMeanwhile.clear();
  }
}

function nested(map: ByName, key: string): Map<string, Json> {
  let inner = map.get(key);
  if (!inner) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}

/** Turns values by connection into values by name. */
function byName(byConnection: ByName): ByName {
  const names: ByName = new Map();
  for (const [connectionId, values] of byConnection) {
    for (const [name, json] of values) nested(names, name).set(connectionId, json);
  }
  return names;
}
