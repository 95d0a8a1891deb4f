/** What a driver's author provides to have it held to the contract: clients, faults, and a look at the provider. */
import type { RealtimeOptions } from "@attune/core";
import type { Driver } from "@attune/core/driver";
import type { User } from "@attune/protocol";
import type { ManualClock } from "../manual-clock.js";

/** Who a case wants to be a client. */
export interface WorldClient {
  /** Names this client, one tab or device, for the faults. */
  readonly client: string;
  /** Who it is. Two clients may be the same user. */
  readonly user: User;
}

/** What a client is made of. */
export interface ClientParts {
  /** One of its own: clients share no driver. */
  readonly driver: Driver;
  /** MUST give another token each time, so that it shows which one the provider was given. Absent where the driver has a token source of its own. */
  readonly auth?: NonNullable<RealtimeOptions["auth"]>;
}

/**
 * A provider that a case has to itself, and that breaks on demand.
 *
 * The first part is mandatory. The abilities are optional to write, never to have: a case that needs one says so and fails,
 * unless the capabilities declare that there is nothing to test.
 *
 * Everybody may do everything on `presence:room:1`, `private:room:1` and `public:news`, but for what `forbid` and `revoke` take away.
 */
export interface DriverWorld {
  /** A client that is not connected yet. */
  client(who: WorldClient): ClientParts | Promise<ClientParts>;
  /** How many subscriptions of a channel the provider has. Where it cannot tell channels apart: of all. */
  subscribers(channel: string): number | Promise<number>;
  /** How many connections are open at the provider. */
  connections(): number | Promise<number>;
  /** Ends what is left. */
  close(): void | Promise<void>;

  /**
   * Time, where it stands still until the suite moves it. Its `advance` MUST let what is under way arrive, heartbeats and answers
   * included. Absent: real time, for what has sockets underneath.
   */
  readonly clock?: ManualClock;
  /** How long a lost member stays, in milliseconds, whoever applies it. Default 5,000; short in real time, but longer than it takes to come back. */
  readonly graceMs?: number;
  /** How long the suite waits for a thing to happen before it fails, in milliseconds. Default 5,000. */
  readonly withinMs?: number;

  /** Breaks the connection of a client, without a goodbye. Both ends notice, a heartbeat later perhaps; it may come back. */
  cut?(client: string): void | Promise<void>;
  /** Attempts of a client to connect fail, for a passing reason. Those of others MAY fail too. */
  refuse?(client: string): void | Promise<void>;
  /** Attempts to connect succeed again. */
  accept?(client: string): void | Promise<void>;
  /** Attempts of a client to connect are refused for good: its credentials are no longer accepted. */
  turnAway?(client: string): void | Promise<void>;
  /** Joining a channel is refused to a client. */
  forbid?(channel: string, client: string): void | Promise<void>;
  /** Access to a channel that a client has joined is taken away; it hears of that within `withinMs`. */
  revoke?(channel: string, client: string): void | Promise<void>;
  /** The tokens that the provider was given by a client, one for each connection, oldest first. */
  tokensSeen?(client: string): readonly (string | undefined)[];
  /** The line of a client goes dead: nothing comes through in either direction, also on new lines, and nobody is told. */
  halfOpen?(client: string): void | Promise<void>;
  /** Takes `halfOpen` back. What was sent meanwhile is lost; a line that lost something MAY break now. */
  heal?(client: string): void | Promise<void>;
  /** The next message of a channel comes to its subscribers twice over the line, the same in every byte. */
  double?(channel: string): void | Promise<void>;
  /** The next two messages of a channel come to its subscribers in the wrong order. Needed with `recovery: "offset"`. */
  swap?(channel: string): void | Promise<void>;
  /** What the provider kept of a channel is lost. Needed where it recovers. */
  forget?(channel: string): void | Promise<void>;
  /** The token of a client holds no longer, while it is in use. */
  expireToken?(client: string): void | Promise<void>;
  /**
   * Faults that cannot be brought about with this provider, and why: the table says `not tried`. For those from `halfOpen` to
   * `expireToken` only, and only where there is no way: a driver is not held to what is not tried.
   */
  readonly cannot?: Partial<Readonly<Record<FaultAbility, string>>>;

  /** Publishes as the app's backend. Needed where clients cannot (`publish: "none"`). */
  publish?(channel: string, event: string, data: unknown): void | Promise<void>;
}

/** What a world may lack. */
export type Ability = Exclude<
  keyof DriverWorld,
  "client" | "subscribers" | "connections" | "close" | "clock" | "graceMs" | "withinMs" | "cannot"
>;

/** What a world may declare that there is no way to. */
export type FaultAbility = "halfOpen" | "heal" | "double" | "swap" | "forget" | "expireToken";

/** Makes a fresh world; the suite closes it. */
export type MakeWorld = () => DriverWorld | Promise<DriverWorld>;
