/** What a memory driver is and keeps from one connection to the next. */
import type { Capabilities } from "@attune/core/driver";
import type { Limits, User } from "@attune/protocol";

/** The client behind a memory driver. */
export interface Session {
  readonly client: string;
  readonly user: User | null;
  readonly capabilities: Capabilities;
  readonly graceMs: number;
  readonly limits: Limits | undefined;
  /** The id of the last connection, for a provider that lets a returning client take it over. */
  connectionId: string | undefined;
}

/** Whether a channel has presence with this provider. */
export function hasPresence({ capabilities }: Session, channel: string): boolean {
  return capabilities.presence !== false && channel.startsWith("presence:");
}

/** How long the hub itself waits before it shows that a connection was lost. */
export function hubGraceMs({ capabilities, graceMs }: Session): number {
  return capabilities.presence !== false && capabilities.presence.grace === "server" ? graceMs : 0;
}
