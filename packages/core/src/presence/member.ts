/** A member of a channel, as the app sees one: a user with connections inside. */
import type { PresenceStatus } from "@attune/protocol";

/** One tab or device of a member. */
export interface MemberConnection<Custom = Record<string, unknown>> {
  readonly connectionId: string;
  readonly status: PresenceStatus;
  readonly customState?: Custom | undefined;
  readonly updatedAt: Date;
}

/** A user who is on the channel. The top level shows the connection that was updated last, and the strongest status of all. */
export interface PresenceMember<Custom = Record<string, unknown>> {
  readonly userId: string;
  readonly name: string;
  readonly avatar?: string;
  /** `online` before `away` before `busy`. */
  readonly status: PresenceStatus;
  readonly joinedAt: Date;
  readonly customState?: Custom | undefined;
  /** Last updated first; never empty. */
  readonly connections: readonly MemberConnection<Custom>[];
  /** True while the connection is down or a server has just started: this member may be gone. */
  readonly unconfirmed: boolean;
}
