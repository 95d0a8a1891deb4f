/** The channels that are open on this node: opened with the first that needs one, closed after the last. */
import { type ChannelDefinitions, findDefinition } from "@attune/protocol";
import type { ChannelListener, MaybePromise, OpenedChannel } from "../broker/broker.js";
import { Channel, type ChannelParts } from "./channel.js";

/** Opens, finds and closes channels. */
export class ChannelHub {
  readonly #parts: ChannelParts;
  readonly #definitions: ChannelDefinitions | undefined;
  readonly #channels = new Map<string, Channel>();
  readonly #opening = new Map<string, Promise<Channel>>();

  constructor(definitions: ChannelDefinitions | undefined, parts: ChannelParts) {
    this.#definitions = definitions;
    this.#parts = parts;
  }

  get size(): number {
    return this.#channels.size;
  }

  get subscriptions(): number {
    let count = 0;
    for (const channel of this.#channels.values()) count += channel.subscriptions;
    return count;
  }

  /** The channel if it is open. */
  find(name: string): Channel | undefined {
    return this.#channels.get(name);
  }

  /** Opens a channel. Whoever opens one and then does not use it MUST say so by {@link release}. */
  open(name: string): MaybePromise<Channel> {
    const channel = this.#channels.get(name) ?? this.#opening.get(name);
    if (channel) return channel;
    const inbox = new Inbox();
    const opened = this.#parts.node.open(name, inbox);
    if (!(opened instanceof Promise)) return this.#ready(name, opened, inbox);
    const opening = opened.then((answer) => this.#ready(name, answer, inbox)).finally(() => this.#opening.delete(name));
    this.#opening.set(name, opening);
    return opening;
  }

  /** Closes a channel that nobody needs. */
  release(channel: Channel): void {
    if (!channel.isIdle || this.#channels.get(channel.name) !== channel) return;
    this.#channels.delete(channel.name);
    channel.stop();
    this.#parts.node.close(channel.name);
  }

  /** Ends everything. */
  stop(): void {
    for (const channel of this.#channels.values()) channel.stop();
    this.#channels.clear();
  }

  #ready(name: string, opened: OpenedChannel, inbox: Inbox): Channel {
    const definition = this.#definitions && findDefinition(this.#definitions, name);
    const channel = new Channel(name, definition, opened, this.#parts);
    channel.onIdle(() => this.release(channel));
    this.#channels.set(name, channel);
    inbox.connect(channel);
    return channel;
  }
}

/** Holds what a broker delivers between its answer to `open` and the tick in which that answer is heard. */
class Inbox implements ChannelListener {
  #channel: ChannelListener | undefined;
  #held: ((channel: ChannelListener) => void)[] = [];

  connect(channel: ChannelListener): void {
    this.#channel = channel;
    for (const deliver of this.#held) deliver(channel);
    this.#held = [];
  }

  appended: ChannelListener["appended"] = (message) => this.#pass((channel) => channel.appended(message));
  stateChanged: ChannelListener["stateChanged"] = (change) => this.#pass((channel) => channel.stateChanged(change));
  rowsChanged: ChannelListener["rowsChanged"] = (change) => this.#pass((channel) => channel.rowsChanged(change));
  signalled: ChannelListener["signalled"] = (change) => this.#pass((channel) => channel.signalled(change));
  ended: ChannelListener["ended"] = () => this.#pass((channel) => channel.ended());

  #pass(deliver: (channel: ChannelListener) => void): void {
    if (this.#channel) deliver(this.#channel);
    else this.#held.push(deliver);
  }
}
