/** Joins a channel for as long as it is leased, and again after every loss; says where it stands. */
import type { Clock, RealtimeError } from "@attune/protocol";
import { atom } from "nanostores";
import type { ReadableAtom } from "nanostores";
import type { AttachRequest, Attachment, DriverConnection, Position } from "../driver.js";
import type { ChannelStatus } from "./channel-handle.js";
import type { Delivery } from "./delivery.js";
import { createLease } from "./lease.js";

/** A join that failed for a passing reason is tried again after this, doubling up to the longest. */
const REJOIN_MS = 1_000;
const MAX_REJOIN_MS = 30_000;

/** What a subscription needs. */
export interface SubscriptionOptions {
  readonly clock: Clock;
  readonly name: string;
  readonly delivery: Delivery;
  /** The open connection, if there is one. */
  link(): DriverConnection | undefined;
  request(): AttachRequest;
  /** The channel is needed, or no longer. */
  onLeased(isLeased: boolean): void;
  onGap(): void;
  /** No longer on the channel. `isOver`: nothing of it is to be shown any more. */
  onLeft(isOver: boolean): void;
}

/** The subscription of one channel. */
export interface Subscription {
  readonly $status: ReadableAtom<ChannelStatus>;
  /** Whether the server has us on the channel just now. */
  readonly isAttached: boolean;
  /** Whether this connection has ever had us on it: what comes before is left over from an earlier one. */
  readonly isHeard: boolean;
  join(): () => void;
  /** Joins anew to fill a hole, or at once for something that was not asked for before. */
  resync(isNew?: boolean): void;
  acknowledgeGap(): void;
  /** Messages were delivered. */
  moved(): void;
  opened(): void;
  lost(): void;
  /** The connection was closed on purpose: the leases wait for the next one. */
  released(): void;
  attached(attachment: Attachment): void;
  live(): void;
  detached(error: RealtimeError): void;
}

/** Makes a subscription that nobody needs yet. */
export function createSubscription(options: SubscriptionOptions): Subscription {
  const { clock, name, delivery, link } = options;
  const $status = atom<ChannelStatus>({ phase: "idle", continuity: "stale" });
  let wire: "none" | "asked" | "attached" = "none";
  let isHeard = false;
  /** The app has listened without a break since the last join. */
  let isContinuing = false;
  let hasGap = false;
  /** Where the last join went on from. */
  let askedFrom: Position | undefined;
  let isWaiting = false;
  let failures = 0;
  let cancelRetry = (): void => {};
  const lease = createLease(clock, first, last);

  function set(phase: ChannelStatus["phase"], continuity: ChannelStatus["continuity"], error?: RealtimeError): void {
    $status.set({ phase, continuity, position: delivery.since, error });
  }

  function attach(): void {
    cancelRetry();
    const connection = link();
    if (!connection || wire === "asked" || !isLeased()) return;
    const { phase } = $status.value as ChannelStatus;
    set(phase === "joined" ? "joined" : "joining", phase === "joined" ? "recovering" : "stale");
    wire = "asked";
    isWaiting = false;
    askedFrom = delivery.since;
    connection.attach(name, options.request());
  }

  function isLeased(): boolean {
    return $status.value?.phase !== "idle";
  }

  function first(): void {
    options.onLeased(true);
    set("joining", "stale");
    attach();
  }

  function last(): void {
    if (wire !== "none") link()?.detach(name);
    leave(true);
    // Who comes back begins anew: of what was missed before, nobody is left to be told.
    isContinuing = hasGap = false;
    set("idle", "stale");
    options.onLeased(false);
  }

  function leave(isOver: boolean): void {
    cancelRetry();
    isWaiting = false;
    wire = "none";
    isHeard = false;
    options.onLeft(isOver);
  }

  return {
    $status,
    get isAttached() {
      return wire === "attached";
    },
    get isHeard() {
      return isHeard;
    },
    join: lease.take,
    resync(isNew) {
      if (wire !== "attached" || isWaiting) return;
      // What the last join did not bring is not there yet, or never will be: to ask again at once is to ask for ever.
      isWaiting = !isNew && askedFrom === delivery.since;
      if (isWaiting) cancelRetry = clock.after(REJOIN_MS, attach);
      else attach();
    },
    acknowledgeGap() {
      hasGap = false;
      const { phase, continuity } = $status.value as ChannelStatus;
      if (continuity === "gap") set(phase, "live");
    },
    moved() {
      const { phase, continuity } = $status.value as ChannelStatus;
      set(phase, continuity);
    },
    opened: attach,
    lost() {
      leave(false);
      const { phase } = $status.value as ChannelStatus;
      if (phase !== "idle") set(phase === "joined" ? "joined" : "joining", "stale");
    },
    released() {
      leave(true);
      if (isLeased()) set("joining", "stale");
    },
    attached(attachment) {
      wire = "attached";
      isHeard = true;
      failures = 0;
      const isGap = delivery.attached(attachment, isContinuing);
      isContinuing = true;
      hasGap ||= isGap;
      if (isGap) options.onGap();
      set("joined", hasGap ? "gap" : "recovering");
    },
    live() {
      delivery.live();
      set("joined", hasGap ? "gap" : "live");
    },
    detached(error) {
      const phase = wire === "attached" ? "closed" : "denied";
      leave(!error.retryable);
      isContinuing &&= error.retryable;
      set(error.retryable ? "joining" : phase, "stale", error);
      if (!error.retryable) return;
      const wanted = error.details?.["retryAfterMs"];
      const ms = typeof wanted === "number" ? wanted : Math.min(REJOIN_MS * 2 ** failures, MAX_REJOIN_MS);
      failures += 1;
      cancelRetry = clock.after(ms, attach);
    },
  };
}
