/** Who gets what a channel sends: its live subscriptions. */
import type { EncodedFrame } from "../wire/encoded-frame.js";

/** A live subscription as the lanes see it. */
export interface Listener {
  send(frame: EncodedFrame): void;
  /** Sends unless the connection is behind. @returns whether it was sent */
  sendLossy(frame: EncodedFrame): boolean;
}

/**
 * The live subscriptions of a channel.
 *
 * A set, because sending may find a connection dead and take it out while the loop still runs.
 */
export type Audience = ReadonlySet<Listener>;

/** Sends one frame to all: nothing is looked up, checked or made per member. */
export function sendToAll(audience: Audience, frame: EncodedFrame): void {
  for (const listener of audience) listener.send(frame);
}
