/** One open channel: two lanes and a map, the subscriptions they go to, and the broker they meet other nodes in. */
import { type ChannelDefinition, type ErrorCode, type PresenceState, parseChannel, type User } from "@attune/protocol";
import type {
  BrokerNode,
  ChannelListener,
  LogPage,
  MaybePromise,
  OpenedChannel,
  ReadRange,
  RowChange,
  SignalChange,
  SignalUpdate,
  StoredChange,
  StoredMessage,
} from "../broker/broker.js";
import type { ServerEnv } from "../env/server-env.js";
import { readOrBegin, type StateParts } from "../state/shared-state.js";
import type { Listener } from "./audience.js";
import type { FlushWindows } from "./flush-timer.js";
import { MessageLane } from "./message-lane.js";
import { PresenceLane } from "./presence-lane.js";
import { SignalLane } from "./signal-lane.js";
import { StateLane } from "./state-lane.js";

/** A subscription in any phase. */
export interface Subscriber extends Listener {
  /** Ends it from this side; the client is told why. */
  close(code: ErrorCode, message: string): void;
}

/** What a channel needs from the server around it. */
export interface ChannelParts {
  readonly env: ServerEnv;
  readonly node: BrokerNode;
  readonly flush: FlushWindows;
  readonly stateParts: StateParts;
}

/** A channel that somebody here is on, or was a moment ago. */
export class Channel implements ChannelListener {
  readonly name: string;
  readonly definition: ChannelDefinition | undefined;
  readonly messages: MessageLane;
  /** Absent on channels without presence. */
  readonly presence: PresenceLane | undefined;
  /** Loaded when somebody asks for it. */
  readonly state: StateLane;
  readonly #signals: SignalLane;
  readonly #node: BrokerNode;
  readonly #subscribers = new Set<Subscriber>();
  readonly #live = new Set<Listener>();
  #onIdle: () => void = () => {};

  constructor(name: string, definition: ChannelDefinition | undefined, opened: OpenedChannel, parts: ChannelParts) {
    const { env, node, flush, stateParts } = parts;
    const json = JSON.stringify(name);
    this.name = name;
    this.definition = definition;
    this.#node = node;
    this.messages = new MessageLane(json, opened.position, this.#live, flush.messagesMs, env);
    this.state = new StateLane(json, flush.messagesMs, env, () => readOrBegin(stateParts, name, definition));
    this.#signals = new SignalLane(json, this.#live, flush.signalsMs, env);
    if (parseChannel(name)?.kind === "presence") {
      this.presence = new PresenceLane(json, this.#live, flush.presenceMs, env, (change) =>
        node.shareRows(name, change),
      );
      this.presence.merge({ set: opened.rows, removed: [] });
    }
  }

  get subscriptions(): number {
    return this.#subscribers.size;
  }

  /** Whether nobody here needs it any more. */
  get isIdle(): boolean {
    return this.#subscribers.size === 0 && !this.presence?.hasOwnRows;
  }

  /** Calls `run` whenever the channel may have become idle. */
  onIdle(run: () => void): void {
    this.#onIdle = run;
  }

  /** Counts a subscription, before it is live. */
  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
  }

  /** Makes a subscription live. In the same tick it MUST have been sent everything up to `messages.position`. */
  goLive(subscriber: Subscriber): void {
    this.#live.add(subscriber);
  }

  drop(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    this.#live.delete(subscriber);
    this.state.drop(subscriber);
    this.#signals.dropListener(subscriber);
    this.#checkIdle();
  }

  /** Makes a connection a member, or changes its state. */
  enter(connectionId: string, user: User, state: PresenceState): void {
    this.presence?.set(connectionId, user, state);
  }

  /** Shows a member under a new name or picture. */
  rename(connectionId: string, user: User): void {
    this.presence?.rename(connectionId, user);
  }

  /** Takes a connection away: its presence and its signals. */
  leave(connectionId: string): void {
    this.presence?.remove(connectionId);
    if (this.#signals.forget(connectionId)) this.#node.relaySignals(this.name, { set: [], gone: [connectionId] });
    this.#checkIdle();
  }

  /** Sets a signal. @returns `false` when the connection uses too many names */
  signal(update: SignalUpdate): boolean {
    if (!this.#signals.set(update)) return false;
    this.#node.relaySignals(this.name, { set: [update], gone: [] });
    return true;
  }

  read(range: ReadRange): MaybePromise<LogPage> {
    return this.#node.read(this.name, range);
  }

  appended(message: StoredMessage): void {
    if (!this.messages.deliver(message)) this.ended();
  }

  stateChanged(change: StoredChange): void {
    if (!this.state.deliver(change)) this.ended();
  }

  rowsChanged(change: RowChange): void {
    this.presence?.merge(change);
  }

  signalled({ set, gone }: SignalChange): void {
    for (const connectionId of gone) this.#signals.forget(connectionId);
    for (const update of set) this.#signals.set(update);
  }

  /** The log cannot be followed any further: subscribers join anew and are told what they missed. */
  ended(): void {
    for (const subscriber of [...this.#subscribers]) {
      subscriber.close("channel-closed", `The log of "${this.name}" was interrupted.`);
    }
    this.presence?.clear();
    this.state.reset();
    this.#checkIdle();
  }

  /** Stops its timers; it is of no use afterwards. */
  stop(): void {
    this.messages.stop();
    this.state.stop();
    this.presence?.stop();
    this.#signals.stop();
  }

  #checkIdle(): void {
    if (this.isIdle) this.#onIdle();
  }
}
