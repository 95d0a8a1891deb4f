/** How a part of core that an app may leave out reaches into a channel: so that nobody carries it who does not use it. */
import type { ChannelDefinition, StateVersion } from "@attune/protocol";
import type { StateDelta, StateSnapshot } from "../driver.js";
import type { ChannelContext } from "./live-channel.js";

/** Where a handle keeps the way in; the same in every copy of core that a page may have loaded. */
export const PART: unique symbol = Symbol.for("attune.channel.part");

/** The shared state of a channel, to the channel. */
export interface ChannelPart {
  /** What the next join is to go on from. */
  readonly known: StateVersion;
  /** @returns false when something is missing, so that the channel is to be joined anew */
  receive(change: StateSnapshot | StateDelta): boolean;
  /** No longer on the channel. */
  left(): void;
}

/** What a part gets. */
export interface PartHost {
  readonly context: ChannelContext;
  readonly definition: ChannelDefinition | undefined;
}

/** A handle with a way in. */
export interface Extensible {
  /** Gives the part, made at the first call. */
  [PART]<P extends ChannelPart>(make: (host: PartHost) => P): P;
}
