/** Derives the own presence status from what the user does: active, idle, away. An entry of its own: it happens only when asked for. */
import type { Clock } from "@attune/protocol";
import { atom } from "nanostores";
import type { ReadableAtom } from "nanostores";
import type { Input } from "./activity/input.js";
import { browserInput } from "./activity/input.js";
import type { Channel } from "./channel/channel-handle.js";
import { systemClock } from "./env/clock.js";
import { browserEnvironment } from "./env/environment.js";
import type { Page } from "./env/environment.js";

export type { Input } from "./activity/input.js";

/** `active`: the page is visible and somebody used it lately. `idle`: nobody did. `away`: the page is hidden. */
export type Activity = "active" | "idle" | "away";

/** How to tell. */
export interface ActivityOptions {
  /** After so long without a key, a pointer or a scroll one is idle. Default 300,000 (5 minutes); `Infinity` is never. */
  readonly idleAfterMs?: number;
  /** Default the browser's. */
  readonly page?: Page;
  readonly input?: Input;
  readonly clock?: Clock;
}

/** The activity, and what ends it. */
export interface FollowedActivity {
  readonly $activity: ReadableAtom<Activity>;
  /** Ends it; the status stays as it is. Twice does nothing. */
  stop(): void;
}

/**
 * Shows others on a channel whether I am there: `online` while active, `away` while idle or on another page. `busy`, which only a
 * person can know, is left alone.
 *
 * @throws {RealtimeError} `unsupported` on a channel without presence
 * @example
 * ```ts
 * import { createRealtime, type Driver } from "@attune/core";
 * import { followActivity } from "@attune/core/activity";
 * declare const driver: Driver;
 * const channel = createRealtime({ driver }).channel("presence:room:1");
 * const { stop } = followActivity(channel, { idleAfterMs: 120_000 });
 * ```
 */
export function followActivity(
  channel: Pick<Channel, "$me" | "setMyState">,
  {
    idleAfterMs = 300_000,
    page = browserEnvironment().page,
    input = browserInput(),
    clock = systemClock,
  }: ActivityOptions = {},
): FollowedActivity {
  const $activity = atom<Activity>("active");
  let usedAtMs = clock.now();
  let cancel = (): void => {};

  function look(): void {
    cancel();
    const leftMs = usedAtMs + idleAfterMs - clock.now();
    const isSeen = page.state() === "visible";
    const now: Activity = isSeen ? (leftMs > 0 ? "active" : "idle") : "away";
    // No timer for a page that is hidden: it is woken by a change. Nor beyond what setTimeout can wait.
    if (now === "active" && leftMs < MAX_WAIT_MS) cancel = clock.after(leftMs, look);
    if (now !== $activity.value) $activity.set(now);
    const { status } = channel.$me.value ?? {};
    const wanted = now === "active" ? "online" : "away";
    if (status !== "busy" && status !== wanted) channel.setMyState({ status: wanted });
  }

  function used(): void {
    usedAtMs = clock.now();
    // A timer per keystroke would cost more than the keystroke; the one that waits looks again when it is due.
    if ($activity.value !== "active") look();
  }

  const ends = [page.onChange(look), input.onUse(used)];
  look();
  return {
    $activity,
    stop() {
      cancel();
      for (const end of ends.splice(0)) end();
    },
  };
}

/** `setTimeout` fires at once beyond this. Source: HTML Standard, section 8.6 "Timers". */
const MAX_WAIT_MS = 2_147_483_647;
