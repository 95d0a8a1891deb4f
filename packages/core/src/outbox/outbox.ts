/** Carries messages out: bounded, in order, at the pace the server allows, each to one end that its publisher is told. */
import { RealtimeError } from "@attune/protocol";
import type { Clock, Limits } from "@attune/protocol";
import { atom } from "nanostores";
import type { ReadableAtom } from "nanostores";
import type { OutgoingMessage, Published } from "../driver.js";
import { append, createLane, nextToSend, removed, rewound, sent, stored } from "./lane.js";
import type { Lane } from "./lane.js";
import type { QueueOptions } from "./queue-options.js";
import { fullBucket, take, waitMs } from "./rate-limiter.js";
import type { Bucket, Rate } from "./rate-limiter.js";
import type { Ack, OutboxRecord } from "./record.js";

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
  /** Whether the provider takes a message only after the one before it. Without, there is one at a time, or a refusal would let others pass. */
  readonly keepsOrder: boolean;
  transact(run: () => void): void;
  onSent(record: OutboxRecord, ack: Ack): void;
  onFailed(record: OutboxRecord): void;
}

/** The outbox, to the rest of core. */
export interface Outbox {
  readonly $queue: ReadableAtom<readonly OutboxRecord[]>;
  /** A message whose `check` throws fails at once; like every failed one it stays in the queue, so that nothing is lost silently. */
  publish(channel: string, event: string, data: unknown, check: () => void): Promise<Ack>;
  opened(
    send: (message: OutgoingMessage) => Promise<Published>,
    userId: string | null,
    limits: Limits | undefined,
  ): void;
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

/** Why a message ended without an ack. */
type Failure = "overflow" | "expired" | "refused" | "outcome-unknown" | "wrong-user" | "disposed";

/** Makes an empty outbox. Its sequence runs through all channels: it need only grow. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { clock, producer, queue, transact } = options;
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

  const inState = (isFailed: boolean): Entry[] =>
    [...entries.values()].filter(({ record }) => (record.state === "failed") === isFailed);
  const laneOf = ({ record }: Entry): Lane<Entry> => lanes.get(record.channel) as Lane<Entry>;
  const change = (entry: Entry, to: Partial<OutboxRecord>): void => {
    entry.record = { ...entry.record, ...to };
  };

  function setLane(channel: string, lane: Lane<Entry>): void {
    // Called back: what was on its way waits again.
    if (lane.flight !== lanes.get(channel)?.flight)
      for (const entry of lane.records) change(entry, { state: "queued" });
    lanes.set(channel, lane);
  }

  function publish(channel: string, event: string, data: unknown, check: () => void): Promise<Ack> {
    if (isDisposed) return rejected("disposed", `Cannot publish on "${channel}": the service was disposed.`);
    sequence += 1;
    const id = `${producer}:${sequence}`;
    const record: OutboxRecord = {
      id,
      channel,
      event,
      data,
      producer,
      sequence,
      state: "queued",
      createdAtMs: clock.now(),
      userId,
    };
    const promise = new Promise<Ack>((resolve, reject) => {
      const entry: Entry = { sequence, record, check, tries: 0, wasSent: false, resolve, reject };
      transact(() => {
        try {
          check();
          makeRoom();
          setLane(channel, append(lanes.get(channel) ?? newLane(), entry));
          entries.set(id, entry);
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
    const idle = lanes.size < MAX_LANES ? undefined : [...lanes].find(([, { records }]) => !records.length);
    if (idle) lanes.delete(idle[0]);
    return createLane<Entry>(laneRate, clock.now());
  }

  function makeRoom(): void {
    const waiting = inState(false);
    if (waiting.length < queue.max) return;
    // One that was sent before may have arrived: dropping it would be a guess, so those that never left go first.
    const oldest = waiting.find(({ wasSent }) => !wasSent) ?? (waiting[0] as Entry);
    fail(oldest, "overflow", `was dropped: the queue holds ${queue.max}`);
  }

  function flush(): void {
    cancelTimer();
    let dueMs = Infinity;
    for (const channel of lanes.keys()) {
      let waitedMs = 0;
      // A driver may say inside publish() that the connection is over: then there is nobody to send by any more.
      while (!waitedMs) waitedMs = send ? sendNext(channel, send) : Infinity;
      dueMs = Math.min(dueMs, waitedMs);
    }
    if (dueMs < Infinity) cancelTimer = clock.after(dueMs, flush);
    $queue.set(Array.from(entries.values(), ({ record }) => record));
  }

  /** Deals with the next record of a channel: 0 when that is done, else milliseconds until it can be. */
  function sendNext(channel: string, via: NonNullable<typeof send>): number {
    const nowMs = clock.now();
    const lane = lanes.get(channel) as Lane<Entry>;
    const next = nextToSend(lane, laneRate, nowMs);
    if (!next || (lane.inFlight && !options.keepsOrder)) return Infinity;
    const { record: entry, previous } = next;
    const { event, data, createdAtMs } = entry.record;
    if (nowMs - createdAtMs > queue.lifetimeMs) {
      fail(entry, "expired", "waited longer than its lifetime");
      return 0;
    }
    const waitsMs = Math.max(next.waitMs, waitMs(serverBucket, serverRate, nowMs), pausedUntilMs - nowMs);
    if (waitsMs > 0) return waitsMs;
    serverBucket = take(serverBucket, serverRate, nowMs);
    setLane(channel, sent(lane, laneRate, nowMs));
    entry.wasSent = true;
    change(entry, { state: "sending" });
    via({ channel, event, data, producer, sequence: entry.sequence, previous }).then(
      (published) => isOpen(entry) && transact(() => succeed(entry, published)),
      // What an abandoned connection refuses is sent again on the next one.
      (error: RealtimeError) => isOpen(entry) && via === send && transact(() => refuse(entry, error, lane.flight)),
    );
    return 0;
  }

  function isOpen(entry: Entry): boolean {
    return entries.get(entry.record.id) === entry && entry.record.state !== "failed";
  }

  function succeed(entry: Entry, published: Published): void {
    entries.delete(entry.record.id);
    setLane(entry.record.channel, stored(laneOf(entry), entry.sequence));
    let ack: Ack = { guarantee: "handed-over" };
    if (published.guarantee === "stored") {
      const { guarantee, id, position, timestampMs: timestamp } = published;
      ack = { guarantee, id, position, timestamp };
    }
    entry.resolve(ack);
    options.onSent({ ...entry.record, state: "sent" }, ack);
    flush();
  }

  function refuse(entry: Entry, error: RealtimeError, flight: number): void {
    const { code, message, retryable } = error;
    const isLimited = code === "rate-limited";
    if (!retryable || (!isLimited && code !== "out-of-order" && ++entry.tries >= MAX_TRIES)) {
      fail(entry, code === "outcome-unknown" ? code : "refused", `was refused: ${message}`, error);
    } else if (flight === laneOf(entry).flight) {
      // Otherwise the answer belongs to a flight that was called back: what it says of the order is no longer true.
      const { last, retryAfterMs } = (error.details ?? {}) as { last?: number; retryAfterMs?: number };
      if (code !== "out-of-order") pausedUntilMs = clock.now() + (retryAfterMs ?? RETRY_MS);
      setLane(entry.record.channel, rewound(laneOf(entry), last));
    }
    flush();
  }

  function fail(entry: Entry, code: Failure, what: string, cause?: RealtimeError): void {
    const { channel } = entry.record;
    const isGuess = entry.wasSent && (code === "overflow" || code === "expired");
    const details = cause && { ...cause.details, code: cause.code };
    setLane(channel, removed(laneOf(entry), entry.sequence));
    end(
      entry,
      new RealtimeError(isGuess ? "outcome-unknown" : code, `A message on "${channel}" ${what}.`, { cause, details }),
    );
  }

  function end(entry: Entry, error: RealtimeError): void {
    change(entry, { state: "failed", error });
    for (const { record } of inState(true).slice(0, -queue.max)) entries.delete(record.id);
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
      for (const entry of inState(false)) {
        if (entry.record.userId === undefined) change(entry, { userId });
        else if (entry.record.userId !== user) fail(entry, "wrong-user", "was written as another user");
      }
      flush();
    },
    lost() {
      send = undefined;
      for (const [channel, lane] of lanes) {
        setLane(channel, rewound(lane));
        if (options.dedupe) continue;
        for (const entry of lane.records.slice(0, lane.inFlight))
          fail(entry, "outcome-unknown", "had no answer when the connection was lost");
      }
      flush();
    },
    retry(id) {
      const entry = entries.get(id);
      if (entry?.record.state !== "failed")
        return rejected("invalid-option", `retry("${id}"): no failed message has this id.`);
      entries.delete(id);
      return publish(entry.record.channel, entry.record.event, entry.record.data, entry.check);
    },
    discard(id) {
      const entry = entries.get(id);
      if (!entry || entry.record.state === "sending") return;
      if (isOpen(entry)) fail(entry, "refused", "was discarded");
      entries.delete(id);
      flush();
    },
    dispose() {
      isDisposed = true;
      send = undefined;
      for (const entry of inState(false)) fail(entry, "disposed", "was not sent: the service was disposed");
      flush();
    },
  };
}

function rejected(code: "disposed" | "invalid-option", message: string): Promise<never> {
  const promise = Promise.reject(new RealtimeError(code, message));
  promise.catch(() => {});
  return promise;
}
