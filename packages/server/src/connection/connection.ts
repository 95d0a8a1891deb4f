/** A connection whose client is known: what is sent on it, and which channels it is on. */
import {
  type CloseCode,
  isRealtimeError,
  PROTOCOL_VERSION,
  type PresenceState,
  RealtimeError,
  type SubFrame,
} from "@attune/protocol";
import { Access } from "../access/access.js";
import type { Channel } from "../channel/channel.js";
import { Subscription, type SubscriptionHost } from "../channel/subscription.js";
import type { ServerContext } from "../server-context.js";
import type { Carrier, Session } from "../session/session.js";
import { type EncodedFrame, encodeFrame } from "../wire/encoded-frame.js";
import { dismiss } from "./dismissal.js";
import { Expiry } from "./expiry.js";
import type { Identity } from "./greeting.js";
import { Liveness } from "./liveness.js";
import { toRefusal } from "./refusal.js";
import { RoomQueue } from "./room-queue.js";
import type { TransportLink } from "./transport-link.js";

/** A subscription, and whether the client is a member there rather than an observer. */
export interface Place {
  readonly subscription: Subscription;
  readonly isMember: boolean;
}

/** What a connection starts with. */
export interface ConnectionStart {
  readonly session: Session;
  readonly resumed: boolean;
  readonly expiresInMs: number | undefined;
  readonly isVisible: boolean;
}

/** Carries a session until it ends, or a newer connection takes the session over. */
export class Connection implements Carrier, SubscriptionHost {
  readonly server: ServerContext;
  readonly session: Session;
  /** What this connection may do: decided anew for each connection, also of a resumed session. */
  readonly access: Access;
  readonly #link: TransportLink;
  readonly #onEnd: () => void;
  readonly #liveness: Liveness;
  readonly #expiry: Expiry;
  readonly #places = new Map<string, Place>();
  readonly #room: RoomQueue;
  #isOpen = true;
  #pings = 0;

  /** @param onEnd called once when this side ends the connection */
  constructor(
    server: ServerContext,
    link: TransportLink,
    { session, resumed, expiresInMs, isVisible }: ConnectionStart,
    onEnd: () => void,
  ) {
    const { settings, sessions } = server;
    const { clock } = settings.env;
    this.server = server;
    this.session = session;
    this.#link = link;
    this.#onEnd = onEnd;
    this.#room = new RoomQueue(clock, () => !this.#isOpen || link.bufferedBytes() <= settings.bounds.softBufferBytes);
    this.access = new Access(session.user, settings.canAccessChannel, clock, settings.bounds.accessMs);
    this.#liveness = new Liveness(
      settings.env,
      isVisible,
      () => this.send(encodeFrame({ t: "ping", r: ++this.#pings })),
      () => this.bye(4002, "Nothing was heard from the client."),
    );
    this.#expiry = new Expiry(clock, () => this.bye(4005, "The token has expired."));
    this.#expiry.set(expiresInMs);
    sessions.carry(session, this)?.bye(4101, "Another connection took over this session.");
    this.send(
      encodeFrame({
        t: "welcome",
        v: PROTOCOL_VERSION,
        s: [session.id, session.key],
        conn: session.connectionId,
        resumed,
        user: session.user,
        now: clock.now(),
        limits: settings.limits,
        ...(expiresInMs === undefined ? {} : { exp: expiresInMs }),
      }),
    );
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get places(): ReadonlyMap<string, Place> {
    return this.#places;
  }

  isOn(channel: string): boolean {
    return this.#places.has(channel);
  }

  isSettling(): boolean {
    return this.server.isSettling();
  }

  /** Something came in. */
  heard(): void {
    this.#liveness.heard();
  }

  setVisible(isVisible: boolean): void {
    this.#liveness.setVisible(isVisible);
  }

  send(frame: EncodedFrame): void {
    if (!this.#isOpen) return;
    this.#link.send(frame);
    if (this.#link.bufferedBytes() > this.server.settings.bounds.hardBufferBytes) {
      this.server.counters.slowConsumers++;
      this.bye(4001, "The client reads more slowly than its channels go.");
    }
  }

  sendLossy(frame: EncodedFrame): boolean {
    if (!this.#isOpen) return true;
    if (this.#link.bufferedBytes() > this.server.settings.bounds.softBufferBytes) {
      this.server.counters.signalsSkipped++;
      return false;
    }
    this.send(frame);
    return true;
  }

  whenRoom(run: () => void): void {
    this.#room.enqueue(run);
  }

  /** Subscribes, in place of an earlier subscription of the same channel. `state`: as a member who shows it. */
  join(channel: Channel, request: SubFrame, state: PresenceState | undefined): void {
    const subscription = new Subscription(channel, request, this);
    this.#places.get(channel.name)?.subscription.end();
    this.#places.set(channel.name, { subscription, isMember: state !== undefined });
    this.session.enter(channel, state);
    subscription.start();
  }

  /** Leaves a channel, at once and for everyone to see. */
  leave(channel: string): void {
    this.#places.get(channel)?.subscription.end();
    this.#places.delete(channel);
    this.session.leave(channel);
  }

  /** Credit for the next piece of a subscription; one that was replaced or left meanwhile gets none. */
  more(ref: number): void {
    for (const { subscription } of this.#places.values()) if (subscription.ref === ref) subscription.more();
  }

  revoke(channel: string): void {
    this.access.forget(channel);
    this.#places.get(channel)?.subscription.close("forbidden", `Access to "${channel}" was revoked.`);
  }

  /** Another token of the same user holds from now on: nothing that was granted for the one before does. */
  renewed({ user, expiresInMs }: Identity): void {
    this.#expiry.set(expiresInMs);
    this.session.updateUser(user);
    this.access.renew(user);
  }

  failed(subscription: Subscription, error: unknown): void {
    const { name } = subscription.channel;
    this.server.counters.errors++;
    this.server.settings.env.report(error, `subscription to "${name}"`);
    const failure = isRealtimeError(error, "timeout")
      ? error
      : new RealtimeError("internal-error", `Could not fill the subscription to "${name}".`);
    const refusal = toRefusal({ t: "sub", r: subscription.ref, c: name }, failure);
    if (refusal) this.send(encodeFrame(refusal));
    this.ended(subscription, true);
  }

  ended(subscription: Subscription, mayComeBack: boolean): void {
    const { name } = subscription.channel;
    if (this.#places.get(name)?.subscription !== subscription) return;
    if (!mayComeBack) return this.leave(name);
    // Nobody is to see a leave of somebody who was told to join again.
    this.#places.delete(name);
    this.session.expectBack(name, this.server.settings.graceMs);
  }

  bye(code: CloseCode, message: string, after?: number): void {
    if (!this.#isOpen) return;
    this.lost();
    dismiss(this.#link, code, message, after);
    this.#onEnd();
  }

  /** The client goes for good: others see it at once. */
  goodbye(): void {
    this.server.sessions.end(this.session);
    this.lost();
    this.#link.close(1000, "bye");
    this.#onEnd();
  }

  /** The transport is gone: the session, its presence included, waits for the client. */
  lost(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#liveness.stop();
    this.#expiry.stop();
    this.#room.stop();
    for (const { subscription } of this.#places.values()) subscription.end();
    this.#places.clear();
    this.server.sessions.lose(this.session, this);
  }
}
