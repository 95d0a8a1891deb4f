/** Carries messages out: bounded, in order, at the pace the server allows, each to one end that its publisher is told. */
import { RealtimeError } from "@attune/protocol";
import type { Limits } from "@attune/protocol";
import { atom } from "nanostores";
import type { ReadableAtom } from "nanostores";
import type { OutgoingMessage, Published } from "../driver.js";
import { change, keyOf, oldestOf } from "./entry.js";
import type { Entry, Failure } from "./entry.js";
import { append, createLane, nextToSend, removed, rewound, sent, stored } from "./lane.js";
import type { Lane } from "./lane.js";
import type { OutboxOptions } from "./outbox-options.js";
import { createPace } from "./pace.js";
import type { Rate } from "./rate-limiter.js";
import { toAck } from "./record.js";
import type { Ack, OutboxRecord } from "./record.js";

/** A try that fails for a passing reason on the server's side is made again after this, this often. */
const RETRY_MS = 1_000;
const MAX_TRIES = 5;
/** Channels whose chain is remembered; for one that was forgotten, the server says where it stands. */
const MAX_LANES = 200;

type Send = (message: OutgoingMessage) => Promise<Published>;

/** The outbox, to the rest of core. */
export interface Outbox {
  readonly $queue: ReadableAtom<readonly OutboxRecord[]>;
  /** A message whose `check` throws fails at once; like every failed one it stays in the queue, so that nothing is lost silently. */
  publish(channel: string, event: string, data: unknown, check: () => void): Promise<Ack>;
  opened(send: Send, userId: string | null, limits: Limits | undefined): void;
  lost(): void;
  retry(id: string): Promise<Ack>;
  discard(id: string): void;
  dispose(): void;
}

/** Makes an empty outbox. Its sequence runs through all channels: it need only grow. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { clock, producer, queue, transact, dedupe } = options;
  const $queue = atom<readonly OutboxRecord[]>([]);
  /** Oldest first. */
  const entries = new Map<string, Entry>();
  /** By producer and channel; of those of one channel, the first has its turn. */
  const lanes = new Map<string, Lane<Entry>>();
  const laneRate: Rate = { burst: Math.max(1, queue.perSecond), perSecond: queue.perSecond };
  const pace = createPace(clock);
  let send: Send | undefined;
  let userId: string | null | undefined;
  let sequence = 0;
  let cancelTimer = (): void => {};
  let isDisposed = false;

  const inState = (isFailed: boolean): Entry[] =>
    [...entries.values()].filter(({ record }) => (record.state === "failed") === isFailed);
  const isOpen = (entry: Entry): boolean => entries.get(entry.record.id) === entry && entry.record.state !== "failed";
  const forget = (id: string): void => {
    entries.delete(id);
    kept?.forget(id);
  };
  const show = (): void => $queue.set(Array.from(entries.values(), ({ record }) => record));
  const laneOf = (entry: Entry): Lane<Entry> => lanes.get(keyOf(entry)) as Lane<Entry>;

  function setLane(key: string, lane: Lane<Entry>): void {
    // Called back: what was on its way waits again.
    if (lane.flight !== lanes.get(key)?.flight) for (const entry of lane.records) change(entry, { state: "queued" });
    lanes.set(key, lane);
  }

  function enqueue(entry: Entry): void {
    const key = keyOf(entry);
    setLane(key, append(lanes.get(key) ?? newLane(), entry));
    entries.set(entry.record.id, entry);
  }

  function publish(channel: string, event: string, data: unknown, check: () => void): Promise<Ack> {
    if (isDisposed) return rejected("disposed", `Cannot publish on "${channel}": the service was disposed.`);
    sequence += 1;
    const record: OutboxRecord = {
      id: `${producer}:${sequence}`,
      channel,
      event,
      data,
      producer,
      sequence,
      state: "queued",
      createdAtMs: clock.now(),
      userId,
      isKept: false,
    };
    const promise = new Promise<Ack>((resolve, reject) => {
      const entry: Entry = { sequence, record, check, tries: 0, wasSent: false, resolve, reject };
      transact(() => {
        try {
          check();
          makeRoom(queue.max - 1);
          enqueue(entry);
        } catch (error) {
          entries.set(record.id, entry);
          end(entry, error as RealtimeError);
        }
        flush();
        // What was sent at once, or failed, is kept as that already: one write less.
        if (isOpen(entry) && !entry.wasSent) void kept?.keep(entry);
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

  function makeRoom(max: number): void {
    for (let waiting = inState(false); waiting.length > Math.max(0, max); waiting = inState(false)) {
      fail(oldestOf(waiting), "overflow", `was dropped: the queue holds ${queue.max}`);
    }
  }

  /** A message is sent under the user who wrote it only; one that was written before the first connection is whose that is. */
  function assign(entry: Entry): void {
    const writtenAs = entry.record.userId;
    if (!send) return;
    if (writtenAs === undefined) {
      change(entry, { userId });
      void kept?.keep(entry);
    } else if (writtenAs !== userId) fail(entry, "wrong-user", "was written as another user");
  }

  function flush(): void {
    cancelTimer();
    let dueMs = Infinity;
    const busy = new Set<string>();
    for (const key of lanes.keys()) {
      const channel = lanes.get(key)?.records[0]?.record.channel;
      // What is older on this channel is settled first.
      if (channel === undefined || busy.has(channel)) continue;
      let waitedMs = 0;
      // A driver may say inside publish() that the connection is over: then there is nobody to send by any more.
      while (!waitedMs) waitedMs = send && kept?.isReady !== false ? sendNext(key, send) : Infinity;
      dueMs = Math.min(dueMs, waitedMs);
      if (lanes.get(key)?.records.length) busy.add(channel);
    }
    if (dueMs < Infinity) cancelTimer = clock.after(dueMs, flush);
    show();
  }

  /** Deals with the next record of a lane: 0 when that is done, else milliseconds until it can be. */
  function sendNext(key: string, via: Send): number {
    const nowMs = clock.now();
    const lane = lanes.get(key) as Lane<Entry>;
    const next = nextToSend(lane, laneRate, nowMs);
    if (!next || (lane.inFlight && !options.keepsOrder)) return Infinity;
    const { record: entry, previous } = next;
    const { channel, event, data, producer, createdAtMs } = entry.record;
    if (nowMs - createdAtMs > queue.lifetimeMs) {
      fail(entry, "expired", "waited longer than its lifetime");
      return 0;
    }
    const waitsMs = Math.max(next.waitMs, pace.waitMs());
    if (waitsMs > 0) return waitsMs;
    pace.took();
    setLane(key, sent(lane, laneRate, nowMs));
    for (const [other, each] of lanes)
      if (each.records[0]?.record.channel === channel) lanes.set(other, { ...each, bucket: laneOf(entry).bucket });
    change(entry, { state: "sending" });
    const marked = entry.wasSent ? undefined : kept?.keep(entry);
    entry.wasSent = true;
    const hand = (): void =>
      void via({ channel, event, data, producer, sequence: entry.sequence, previous }).then(
        (published) => isOpen(entry) && transact(() => succeed(entry, published)),
        // What an abandoned connection refuses is sent again on the next one.
        (error: RealtimeError) => isOpen(entry) && via === send && transact(() => refuse(entry, error, lane.flight)),
      );
    // Where a repeat would do harm, the next page must know that this one was sent, before it is.
    if (!marked || dedupe) hand();
    else void marked.then(() => isOpen(entry) && via === send && hand());
    return 0;
  }

  function succeed(entry: Entry, published: Published): void {
    forget(entry.record.id);
    setLane(keyOf(entry), stored(laneOf(entry), entry.sequence));
    const ack = toAck(published);
    entry.resolve(ack);
    options.onSent({ ...entry.record, state: "sent" }, ack);
    flush();
  }

  function refuse(entry: Entry, error: RealtimeError, flight: number): void {
    const { code, message, retryable } = error;
    const isLimited = code === "rate-limited";
    const { last, retryAfterMs } = (error.details ?? {}) as { last?: number; retryAfterMs?: number };
    // Passed over by a later one, it can never be taken: only one whose end was not kept comes to that.
    if (
      !retryable ||
      (last as number) >= entry.sequence ||
      (!isLimited && code !== "out-of-order" && ++entry.tries >= MAX_TRIES)
    ) {
      fail(entry, code === "outcome-unknown" ? code : "refused", `was refused: ${message}`, error);
    } else if (flight === laneOf(entry).flight) {
      // Otherwise the answer belongs to a flight that was called back: what it says of the order is no longer true.
      if (code !== "out-of-order") pace.pause(retryAfterMs ?? RETRY_MS);
      setLane(keyOf(entry), rewound(laneOf(entry), last));
    }
    flush();
  }

  function fail(entry: Entry, code: Failure, what: string, cause?: RealtimeError): void {
    const { channel } = entry.record;
    const isGuess = entry.wasSent && (code === "overflow" || code === "expired");
    const details = cause && { ...cause.details, code: cause.code };
    setLane(keyOf(entry), removed(laneOf(entry), entry.sequence));
    end(
      entry,
      new RealtimeError(isGuess ? "outcome-unknown" : code, `A message on "${channel}" ${what}.`, { cause, details }),
    );
  }

  function end(entry: Entry, error: RealtimeError): void {
    change(entry, { state: "failed", error });
    // What is kept outlives the service: the next one sends it.
    if (!isDisposed) {
      void kept?.keep(entry);
      for (const { record } of inState(true).slice(0, -queue.max)) forget(record.id);
    }
    entry.reject(error);
    options.onFailed(entry.record);
  }

  const kept = queue.storage?.attach({
    ...options,
    ...{ entries, lanes, enqueue, assign, fail, makeRoom, isOpen, flush },
  });

  return {
    $queue,
    publish,
    opened(sendNow, user, limits) {
      send = sendNow;
      userId = user;
      pace.restart(limits);
      inState(false).forEach(assign);
      flush();
    },
    lost() {
      send = undefined;
      for (const [key, lane] of lanes) {
        setLane(key, rewound(lane));
        if (dedupe) continue;
        for (const entry of lane.records.slice(0, lane.inFlight))
          fail(entry, "outcome-unknown", "had no answer when the connection was lost");
      }
      flush();
    },
    retry(id) {
      const entry = entries.get(id);
      if (entry?.record.state !== "failed")
        return rejected("invalid-option", `retry("${id}"): no failed message has this id.`);
      const { channel, event, data } = entry.record;
      const again = publish(channel, event, data, entry.check);
      // The new one is written down first: between the two, a page may end.
      forget(id);
      show();
      return again;
    },
    discard(id) {
      const entry = entries.get(id);
      if (!entry || entry.record.state === "sending") return;
      if (isOpen(entry)) fail(entry, "refused", "was discarded");
      forget(id);
      flush();
    },
    dispose() {
      isDisposed = true;
      send = undefined;
      for (const entry of inState(false)) fail(entry, "disposed", "was not sent: the service was disposed");
      flush();
      kept?.close();
    },
  };
}

function rejected(code: "disposed" | "invalid-option", message: string): Promise<never> {
  const promise = Promise.reject(new RealtimeError(code, message));
  promise.catch(() => {});
  return promise;
}
