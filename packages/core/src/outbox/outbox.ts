/** Carries messages out: bounded, in order, at the pace the server allows, each to one end that its publisher is told. */
import { RealtimeError } from "@attune/protocol";
import type { Clock, Limits } from "@attune/protocol";
import { atom } from "nanostores";
import type { ReadableAtom } from "nanostores";
import type { OutgoingMessage, Published } from "../driver.js";
import { append, createLane, nextToSend, removed, rewound, sent, stored } from "./lane.js";
import type { Lane } from "./lane.js";
import { fullBucket, take, waitMs } from "./rate-limiter.js";
import type { Bucket, Rate } from "./rate-limiter.js";
import type { Ack, OutboxRecord } from "./record.js";

/** The bounds of the queue. */
export interface QueueOptions {
  /** Messages waiting at most; over it the oldest is dropped and its publisher told. Default 100. */
  readonly max: number;
  /** Messages per second and channel; the excess waits. Default 10; 0 lifts the limit. */
  readonly perSecond: number;
  /** A message that waited longer is not sent any more, in milliseconds. Default 12 h: half of the server's dedupe window. */
  readonly lifetimeMs: number;
}

/** 100 messages, 10 a second, 12 hours. */
export const DEFAULT_QUEUE: QueueOptions = { max: 100, perSecond: 10, lifetimeMs: 12 * 3_600_000 };

/** A try that fails for a passing reason on the server's side is made again after this, this often. */
const RETRY_MS = 1_000;
const MAX_TRIES = 5;
/** Channels whose chain is remembered; for one that was forgotten, the server says where it stands. */
const MAX_LANES = 200;

/** What the outbox needs. */
export interface OutboxOptions {
  readonly clock: Clock;
  readonly producer: string;
  readonly queue: QueueOptions;
  /** Whether the provider recognises repeats. Without, nothing is ever sent twice. */
  readonly dedupe: boolean;
  transact(run: () => void): void;
  onSent(record: OutboxRecord, ack: Ack): void;
  onFailed(record: OutboxRecord): void;
}

/** The outbox, to the rest of core. */
export interface Outbox {
  readonly $queue: ReadableAtom<readonly OutboxRecord[]>;
  /** A message whose `check` throws fails at once; like every failed one it stays in the queue, so that nothing is lost silently. */
  publish(channel: string, event: string, data: unknown, check: () => void): Promise<Ack>;
  opened(send: (message: OutgoingMessage) => Promise<Published>, userId: string | null, limits: Limits | undefined): void;
  lost(): void;
  retry(id: string): Promise<Ack>;
  discard(id: string): void;
  dispose(): void;
}

interface Entry {
  readonly sequence: number;
  record: OutboxRecord;
  check(): void;
  tries: number;
  wasSent: boolean;
  resolve(ack: Ack): void;
  reject(error: RealtimeError): void;
}

/** Makes an empty outbox. Its sequence runs through all channels: it need only grow. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { clock, producer, queue, dedupe, transact } = options;
  const $queue = atom<readonly OutboxRecord[]>([]);
  const entries = new Map<string, Entry>();
  const lanes = new Map<string, Lane<Entry>>();
  const laneRate: Rate = { burst: Math.max(1, queue.perSecond), perSecond: queue.perSecond };
  let serverRate: Rate = { burst: 1, perSecond: 0 };
  let serverBucket: Bucket = fullBucket(serverRate, 0);
  let send: ((message: OutgoingMessage) => Promise<Published>) | undefined;
  let userId: string | null | undefined;
  let sequence = 0;
  let pausedUntilMs = 0;
  let cancelTimer = (): void => {};
  let isDisposed = false;

  function publish(channel: string, event: string, data: unknown, check: () => void): Promise<Ack> {
    if (isDisposed) return rejected(new RealtimeError("disposed", `Cannot publish on "${channel}": the service was disposed.`));
    sequence += 1;
    const id = `${producer}:${sequence}`;
    const record: OutboxRecord = { id, channel, event, data, producer, sequence, state: "queued", createdAtMs: clock.now(), userId };
    const promise = new Promise<Ack>((resolve, reject) => {
      const entry: Entry = { sequence, record, check, tries: 0, wasSent: false, resolve, reject };
      transact(() => {
        try {
          check();
          makeRoom();
          entries.set(id, entry);
          lanes.set(channel, append(lanes.get(channel) ?? newLane(), entry));
        } catch (error) {
          entries.set(id, entry);
          end(entry, error as RealtimeError);
        }
        flush();
      });
    });
    // Nobody has to await a publish: its failure also stands in $queue, and is told by `message_failed`.
    promise.catch(() => {});
    return promise;
  }

  function newLane(): Lane<Entry> {
    if (lanes.size >= MAX_LANES) {
      for (const [name, lane] of lanes) {
        if (lane.records.length) continue;
        lanes.delete(name);
        break;
      }
    }
    return createLane<Entry>(laneRate, clock.now());
  }

  function makeRoom(): void {
    const waiting = [...entries.values()].filter(({ record }) => record.state !== "failed");
    if (waiting.length < queue.max) return;
    // One that was sent before may have arrived: dropping it would be a guess, so those that never left go first.
    const oldest = waiting.find(({ wasSent }) => !wasSent) ?? (waiting[0] as Entry);
    fail(oldest, "overflow", `Dropped a message on "${oldest.record.channel}": the queue holds ${queue.max}.`);
  }

  function flush(): void {
    cancelTimer();
    const nowMs = clock.now();
    let dueMs = Number.POSITIVE_INFINITY;
    for (const channel of send ? lanes.keys() : []) {
      let next = take1(channel, nowMs);
      while (next === 0) next = take1(channel, nowMs);
      dueMs = Math.min(dueMs, next);
    }
    if (dueMs < Number.POSITIVE_INFINITY) cancelTimer = clock.after(dueMs, flush);
    // Also a record that waits for something else than the clock may grow too old.
    $queue.set(Array.from(entries.values(), ({ record }) => record));
  }

  /** Sends the next record of a channel: 0 when one left the lane, else milliseconds until one can. */
  function take1(channel: string, nowMs: number): number {
    const lane = lanes.get(channel) as Lane<Entry>;
    const next = nextToSend(lane, laneRate, nowMs);
    if (!next) return Number.POSITIVE_INFINITY;
    const entry = next.record;
    if (nowMs - entry.record.createdAtMs > queue.lifetimeMs) {
      fail(entry, "expired", `A message on "${channel}" waited longer than its lifetime.`);
      return 0;
    }
    const wait = Math.max(next.waitMs, waitMs(serverBucket, serverRate, nowMs), pausedUntilMs - nowMs);
    if (wait > 0) return wait;
    serverBucket = take(serverBucket, serverRate, nowMs);
    lanes.set(channel, sent(lane, laneRate, nowMs));
    entry.wasSent = true;
    entry.record = { ...entry.record, state: "sending" };
    const { event, data } = entry.record;
    const { flight } = lane;
    const via = send as NonNullable<typeof send>;
    via({ channel, event, data, producer, sequence: entry.sequence, previous: next.previous }).then(
      (published) => transact(() => succeed(entry, published)),
      // What an abandoned connection refuses is sent again on the next one.
      (error: RealtimeError) => via === send && transact(() => refuse(entry, error, flight)),
    );
    return 0;
  }

  function succeed(entry: Entry, published: Published): void {
    const { id, channel } = entry.record;
    if (entries.get(id) !== entry || entry.record.state === "failed") return;
    entries.delete(id);
    lanes.set(channel, stored(lanes.get(channel) as Lane<Entry>, entry.sequence));
    const ack: Ack =
      published.guarantee === "stored"
        ? { guarantee: "stored", id: published.id, position: published.position, timestamp: published.timestampMs }
        : published;
    entry.resolve(ack);
    options.onSent({ ...entry.record, state: "sent" }, ack);
    flush();
  }

  function refuse(entry: Entry, error: RealtimeError, flight: number): void {
    const { id, channel } = entry.record;
    const lane = lanes.get(channel);
    if (entries.get(id) !== entry || entry.record.state === "failed" || !lane) return;
    if (!error.retryable) {
      const isFinal = error.code === "outcome-unknown";
      fail(entry, isFinal ? "outcome-unknown" : "refused", `The server refused a message on "${channel}": ${error.message}`, error);
      return flush();
    }
    // The answer belongs to a flight that was called back: what it says of the order is no longer true.
    if (flight !== lane.flight) return;
    const { last, retryAfterMs } = (error.details ?? {}) as { last?: number; retryAfterMs?: number };
    if (error.code !== "out-of-order") {
      if (error.code !== "rate-limited" && ++entry.tries >= MAX_TRIES) {
        fail(entry, "refused", `The server failed ${MAX_TRIES} times on a message on "${channel}": ${error.message}`, error);
        return flush();
      }
      pausedUntilMs = clock.now() + (retryAfterMs ?? RETRY_MS);
    }
    rewind(channel, last);
    flush();
  }

  function rewind(channel: string, last?: number): void {
    const lane = rewound(lanes.get(channel) as Lane<Entry>, last);
    lanes.set(channel, lane);
    for (const entry of lane.records) entry.record = { ...entry.record, state: "queued" };
  }

  function fail(entry: Entry, code: "overflow" | "expired" | "refused" | "outcome-unknown" | "wrong-user" | "disposed", message: string, cause?: RealtimeError): void {
    const isGuess = entry.wasSent && (code === "overflow" || code === "expired");
    const error = new RealtimeError(isGuess ? "outcome-unknown" : code, message, {
      ...(cause ? { cause, details: { ...cause.details, code: cause.code } } : {}),
    });
    const { channel } = entry.record;
    const before = lanes.get(channel) as Lane<Entry>;
    const lane = removed(before, entry.sequence);
    lanes.set(channel, lane);
    if (lane.flight !== before.flight) for (const later of lane.records) later.record = { ...later.record, state: "queued" };
    end(entry, error);
  }

  function end(entry: Entry, error: RealtimeError): void {
    entry.record = { ...entry.record, state: "failed", error };
    const failed = [...entries.values()].filter(({ record }) => record.state === "failed");
    for (const old of failed.slice(0, Math.max(0, failed.length - queue.max))) entries.delete(old.record.id);
    entry.reject(error);
    options.onFailed(entry.record);
  }

  return {
    $queue,
    publish,
    opened(sendNow, user, limits) {
      send = sendNow;
      userId = user;
      pausedUntilMs = 0;
      const perMinute = limits?.messagesPerMinute ?? 0;
      serverRate = { burst: Math.max(1, perMinute), perSecond: perMinute / 60 };
      serverBucket = fullBucket(serverRate, clock.now());
      for (const entry of [...entries.values()]) {
        if (entry.record.state === "failed") continue;
        if (entry.record.userId === undefined) entry.record = { ...entry.record, userId: user };
        else if (entry.record.userId !== user) fail(entry, "wrong-user", `A message on "${entry.record.channel}" was written as another user.`);
      }
      flush();
    },
    lost() {
      send = undefined;
      for (const [channel, lane] of lanes) {
        const unanswered = lane.records.slice(0, lane.inFlight);
        rewind(channel);
        if (dedupe) continue;
        for (const entry of unanswered) fail(entry, "outcome-unknown", `The connection was lost before the answer to a message on "${channel}".`);
      }
      flush();
    },
    retry(id) {
      const entry = entries.get(id);
      if (entry?.record.state !== "failed") return rejected(new RealtimeError("invalid-option", `retry("${id}"): no failed message has this id.`));
      entries.delete(id);
      return publish(entry.record.channel, entry.record.event, entry.record.data, entry.check);
    },
    discard(id) {
      const entry = entries.get(id);
      if (!entry || entry.record.state === "sending") return;
      if (entry.record.state === "queued") fail(entry, "refused", `A message on "${entry.record.channel}" was discarded.`);
      entries.delete(id);
      flush();
    },
    dispose() {
      isDisposed = true;
      send = undefined;
      for (const entry of [...entries.values()]) {
        if (entry.record.state !== "failed") fail(entry, "disposed", `A message on "${entry.record.channel}" was not sent: the service was disposed.`);
      }
      flush();
    },
  };
}

function rejected(error: RealtimeError): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => {});
  return promise;
}
