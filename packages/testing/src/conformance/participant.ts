/** A client of a case: the real core over the driver that is tested, with notes of all it sees. */
import { createRealtime, type Realtime } from "@attune/core";
import type { User } from "@attune/protocol";
import type { ManualClock } from "../manual-clock.js";
import type { ClientParts, WorldClient } from "./driver-world.js";
import { tapDriver, type Tap } from "./tapped-driver.js";

/** A client on stage. */
export interface Participant {
  /** Its label, for the faults of the world. */
  readonly client: string;
  readonly user: User;
  readonly realtime: Realtime;
  readonly tap: Tap;
  /** Every state of the connection by name, oldest first. */
  readonly states: readonly string[];
  /** Channels of which something was said to be missing. */
  readonly gaps: readonly string[];
  /** Notices of members, as `joined ada`, since `watchMembers`. */
  readonly memberNotices: readonly string[];
  /** Joins a channel and notes the data of an event as it comes. */
  hear(channel: string, event?: string): unknown[];
  /** Joins a presence channel and notes who comes, changes and goes. */
  watchMembers(channel: string): void;
  /** User ids of the members of a channel, sorted. */
  members(channel: string): readonly string[];
  isLive(channel: string): boolean;
}

/** Quick enough for real time, and still one after the other. */
const reconnect = { minMs: 20, maxMs: 100, jitterMs: 10, maxAttempts: Infinity };

/** Makes a client that is not connected yet. */
export function createParticipant(
  { client, user }: WorldClient,
  { driver, auth }: ClientParts,
  clock: ManualClock | undefined,
  report: (error: unknown) => void,
): Participant {
  const tap = tapDriver(driver);
  const realtime = createRealtime({
    driver: tap.driver,
    reconnect,
    queue: { perSecond: 1_000 },
    env: { report, ...(clock ? { clock } : {}) },
    ...(auth === undefined ? {} : { auth }),
  });
  const states: string[] = [];
  const gaps: string[] = [];
  const memberNotices: string[] = [];
  realtime.onConnectionChange((state) => states.push(state));
  realtime.on("sync_requested", ({ channel }) => gaps.push(channel));
  return {
    client,
    user,
    realtime,
    tap,
    states,
    gaps,
    memberNotices,
    hear(channel, event = "message") {
      const heard: unknown[] = [];
      realtime.subscribe(channel, event, ({ data }) => heard.push(data));
      return heard;
    },
    watchMembers(channel) {
      const presence = realtime.presence(channel);
      presence.onJoin(({ userId }) => memberNotices.push(`joined ${userId}`));
      presence.onLeave(({ userId }) => memberNotices.push(`left ${userId}`));
      presence.onUpdate(({ userId }) => memberNotices.push(`updated ${userId}`));
    },
    members: (channel) =>
      realtime
        .presence(channel)
        .getMembers()
        .map(({ userId }) => userId)
        .sort(),
    isLive: (channel) => realtime.channel(channel).$status.get().continuity === "live",
  };
}
