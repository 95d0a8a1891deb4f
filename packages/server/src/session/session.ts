/** What outlives a connection: who the client is, its places on channels, and how much it has sent. */
import {
  type Clock,
  type CloseCode,
  DEDUPE_RESULTS,
  type Limits,
  type PresenceState,
  type User,
} from "@attune/protocol";
import type { Bounds } from "../bounds.js";
import type { Channel } from "../channel/channel.js";
import type { ServerEnv } from "../env/server-env.js";
import { TokenBucket } from "../rate/token-bucket.js";
import { StatePacer } from "./state-pacer.js";

/** A session's side of the connection that carries it. */
export interface Carrier {
  /** Whether the client has subscribed to the channel on this connection. */
  isOn(channel: string): boolean;
  /** Takes back what was granted on a channel, and ends the subscription. */
  revoke(channel: string): void;
  /** Closes the connection, and says why. */
  bye(code: CloseCode, message: string): void;
}

type SessionBounds = Pick<Bounds, "statesPerSecond" | "patchesPerSecond">;

/** Above this multiple of the rate, a client does not heed the refusals. */
const ABUSE_FACTOR = 3;

/** A client from its first `hello` until it says `bye` or stays away longer than the grace. */
export class Session {
  readonly id: string;
  readonly key: string;
  readonly connectionId: string;
  /** Tokens for messages. They live here, so that reconnecting fills no bucket. */
  readonly messages: TokenBucket;
  /** Tokens for attempts to publish. Empty, they prove that the client does not heed refusals. */
  readonly attempts: TokenBucket;
  readonly signals: TokenBucket;
  /** Tokens for `sub` and `hist`, each of which can cost a query of the app's. */
  readonly requests: TokenBucket;
  /** Tokens (of the bucket) for tokens (of the user), each of which asks the app about everything. */
  readonly renewals: TokenBucket = new TokenBucket(1, 10);
  /** Tokens for changes of shared states. */
  readonly patches: TokenBucket;
  /** The connection that carries it; absent during the grace. A frame counts only while its connection is this one. */
  carrier: Carrier | undefined;
  /** Cancels the end of the grace. */
  cancelGrace: (() => void) | undefined;
  readonly #clock: Clock;
  #user: User | null;
  readonly #places = new Map<string, Channel>();
  /** Channels that it is expected back on, and what stops the wait. */
  readonly #expected = new Map<string, () => void>();
  readonly #states: StatePacer;

  constructor(user: User | null, limits: Limits, bounds: SessionBounds, { id, clock }: ServerEnv) {
    this.id = id();
    // Two ids: one may be short enough to be found by trying, given a busy server and years.
    this.key = id() + id();
    this.connectionId = id();
    this.#clock = clock;
    this.#user = user;
    const { messagesPerMinute, signalsPerSecond, signalBurst, channels } = limits;
    this.messages = new TokenBucket(messagesPerMinute / 60, messagesPerMinute);
    // Twice what a client can have in flight: sending all of that again after a reconnect is no abuse.
    const attemptsAtOnce = Math.max(ABUSE_FACTOR * messagesPerMinute, 2 * DEDUPE_RESULTS);
    this.attempts = new TokenBucket((ABUSE_FACTOR * messagesPerMinute) / 60, attemptsAtOnce);
    this.signals = new TokenBucket(signalsPerSecond, signalBurst);
    this.requests = new TokenBucket(channels, 4 * channels);
    this.patches = new TokenBucket(bounds.patchesPerSecond, 2 * bounds.patchesPerSecond);
    this.#states = new StatePacer(clock, bounds.statesPerSecond, (channel, state) => this.#show(channel, state));
  }

  get user(): User | null {
    return this.#user;
  }

  /** Takes over what a newer token says of the same user, and shows it to others as a change of the member. */
  updateUser(user: User | null): void {
    const before = this.#user;
    this.#user = user;
    if (!user || !before || (user.name === before.name && user.avatar === before.avatar)) return;
    for (const channel of this.#places.values()) channel.rename(this.connectionId, user);
  }

  /** Notes that it is on a channel, as a member when it has a state there. */
  enter(channel: Channel, state: PresenceState | undefined): void {
    this.#expected.get(channel.name)?.();
    this.#expected.delete(channel.name);
    this.#places.set(channel.name, channel);
    this.#states.forget(channel.name);
    if (state && this.#user) channel.enter(this.connectionId, this.#user, state);
    else channel.presence?.remove(this.connectionId);
  }

  /** Sets its state on a channel, now or as soon as the rate allows. */
  setState(channel: string, state: PresenceState): void {
    this.#states.set(channel, state);
  }

  /** Its subscription ended for a passing reason: it stays where it is until its client had time to come back. */
  expectBack(channel: string, graceMs: number): void {
    this.#expected.get(channel)?.();
    this.#expected.set(
      channel,
      this.#clock.after(graceMs, () => this.leave(channel)),
    );
  }

  /** Leaves a channel, at once and for everyone to see. */
  leave(channel: string): void {
    this.#expected.get(channel)?.();
    this.#expected.delete(channel);
    this.#places.get(channel)?.leave(this.connectionId);
    this.#places.delete(channel);
  }

  /** Leaves every channel that its connection has not come back to. */
  leaveAllBut(isKept: (channel: string) => boolean): void {
    for (const channel of [...this.#places.keys()]) if (!isKept(channel)) this.leave(channel);
  }

  /** Leaves everything, for good. */
  end(): void {
    this.cancelGrace?.();
    this.#states.stop();
    this.leaveAllBut(() => false);
  }

  #show(channel: string, state: PresenceState): void {
    if (this.#user) this.#places.get(channel)?.enter(this.connectionId, this.#user, state);
  }
}
