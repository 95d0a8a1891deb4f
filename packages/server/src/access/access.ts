/** Decides who may do what on a channel, once per connection. */
import { type Clock, parseChannel, type User } from "@attune/protocol";
import type { MaybePromise } from "../broker/broker.js";
import { withDeadline } from "./deadline.js";

/** What somebody wants to do on a channel. `state` is to change its shared state; whoever may subscribe may see it. */
export type Action = "subscribe" | "publish" | "presence" | "history" | "state";

/** Answers whether a user, or `null` for an anonymous one, may do something on a channel. */
export type CanAccessChannel = (user: User | null, channel: string, action: Action) => MaybePromise<boolean>;

/** The default: everybody may subscribe to public channels, and nobody may do anything else. */
export const publicChannelsOnly: CanAccessChannel = (_user, channel, action) =>
  action === "subscribe" && parseChannel(channel)?.kind === "public";

/** Grants that one connection keeps: more than the channels it can join, times the five actions. */
const MAX_GRANTS = 512;

/**
 * The grants of one connection.
 *
 * Only grants are kept: who was refused may ask again, for access may have been given meanwhile. What was granted holds
 * until the connection ends or the app revokes it.
 */
export class Access {
  readonly #ask: CanAccessChannel;
  #user: User | null;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #granted = new Set<string>();
  #revocations = 0;

  constructor(user: User | null, ask: CanAccessChannel, clock: Clock, deadlineMs: number) {
    this.#user = user;
    this.#ask = ask;
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Counts what was taken back: an answer from before that says nothing. Who acts on several answers, or waits after the last,
   * MUST compare this from before the first with this at the moment of acting.
   */
  get revocations(): number {
    return this.#revocations;
  }

  /** Whether it was granted before. Costs nothing, so it may stand in a hot path. */
  has(channel: string, action: Action): boolean {
    return this.#granted.has(`${action} ${channel}`);
  }

  /**
   * Asks the app, unless it was granted before.
   *
   * @throws {RealtimeError} `timeout`, and whatever the app throws
   */
  async check(channel: string, action: Action): Promise<boolean> {
    if (this.has(channel, action)) return true;
    const revocations = this.#revocations;
    const answer = this.#ask(this.#user, channel, action);
    const what = `canAccessChannel() for "${action}" on "${channel}"`;
    // Anything but `true` is a refusal: a truthy object must not open a channel.
    const isGranted =
      (typeof answer === "boolean" ? answer : await withDeadline(this.#clock, this.#deadlineMs, what, answer)) === true;
    if (isGranted && revocations !== this.#revocations) return this.check(channel, action);
    if (isGranted) this.#keep(`${action} ${channel}`);
    return isGranted;
  }

  /** Takes back every grant on a channel. */
  forget(channel: string): void {
    this.#revocations++;
    for (const action of ["subscribe", "publish", "presence", "history", "state"]) {
      this.#granted.delete(`${action} ${channel}`);
    }
  }

  /** Takes back every grant: the user has another token, and may have become another one in what it may do. */
  renew(user: User | null): void {
    this.#revocations++;
    this.#user = user;
    this.#granted.clear();
  }

  #keep(grant: string): void {
    this.#granted.add(grant);
    if (this.#granted.size > MAX_GRANTS) this.#granted.delete(this.#granted.values().next().value as string);
  }
}
