/** A broker in a world, with nodes, listeners that write down what they hear, and messages with a chain or without. */
import type {
  AppendResult,
  Broker,
  BrokerNode,
  ChainLink,
  ChannelListener,
  LogPage,
  OpenedChannel,
  RowChange,
  SignalChange,
  StateResult,
  StateVersion,
  StoredChange,
  StoredMessage,
} from "@attune/server/core";
import { expect } from "vitest";
import type { BrokerWorld } from "./broker-world.js";

/** The channel of most cases. */
export const A = "presence:room:1";

/** A listener, and what it heard. */
export interface Ear extends ChannelListener {
  readonly opened: OpenedChannel;
  readonly messages: StoredMessage[];
  readonly states: StoredChange[];
  readonly rows: RowChange[];
  readonly signals: SignalChange[];
  readonly ends: number;
}

/** A message of a producer; what is left out is the usual. */
export interface Draft {
  readonly sequence: number;
  /** Default: the sequence before. */
  readonly previous?: number;
  readonly owner?: string;
  readonly producer?: string;
  readonly channel?: string;
}

type Stored = Extract<AppendResult, { outcome: "stored" }>;

/** What a case plays with. */
export class BrokerStage {
  readonly world: BrokerWorld;
  #broker: Broker;
  #nodes: BrokerNode[] = [];

  constructor(world: BrokerWorld) {
    this.world = world;
    this.#broker = world.broker;
  }

  node(): BrokerNode {
    const node = this.#broker.connect();
    this.#nodes.push(node);
    return node;
  }

  async restart(how: "closed" | "killed"): Promise<BrokerNode> {
    this.#nodes = [];
    this.#broker = await this.world.restart(how);
    return this.node();
  }

  async advance(ms: number): Promise<void> {
    await this.world.advance?.(ms);
  }

  setClock(byMs: number): void {
    this.world.setClock?.(byMs);
  }

  linkOf({ sequence, previous = sequence - 1, owner = "ada", producer = "p1" }: Draft): ChainLink {
    return { owner, producer, sequence, previous };
  }

  /** Appends a message of a producer. */
  async append(node: BrokerNode, draft: Draft): Promise<AppendResult> {
    const { owner = "ada", producer = "p1", sequence, channel = A } = draft;
    const id = `${owner}:${producer}:${sequence}`;
    const tail = `,${JSON.stringify(id)},"m"]`;
    return node.append(channel, { id, timestampMs: this.world.now(), tail, link: this.linkOf(draft) });
  }

  /** Appends a message that MUST be stored. */
  async store(node: BrokerNode, draft: Draft): Promise<Stored> {
    const result = await this.append(node, draft);
    expect(result).toMatchObject({ outcome: "stored", isRepeat: false });
    return result as Stored;
  }

  /** Appends a message of the backend. */
  async say(
    node: BrokerNode,
    id: string,
    { chars = 0, channel = A }: { readonly chars?: number; readonly channel?: string } = {},
  ): Promise<AppendResult> {
    const tail = `,${JSON.stringify(id)},"${"x".repeat(chars)}"]`;
    return node.append(channel, { id, timestampMs: this.world.now(), tail });
  }

  /** Changes the state of the usual channel; without a sequence, as the backend. */
  async change(node: BrokerNode, base: StateVersion, json: string, sequence?: number): Promise<StateResult> {
    const link = sequence === undefined ? {} : { link: { owner: "ada", producer: "p1", sequence } };
    return node.writeState(A, { base, json, change: `[${json}]`, ...link });
  }

  async page(node: BrokerNode, channel: string = A): Promise<LogPage> {
    return node.read(channel, { after: 0, limit: 100_000 });
  }

  async ids(node: BrokerNode, channel: string = A): Promise<string[]> {
    return (await this.page(node, channel)).messages.map(({ id }) => id);
  }

  async listen(node: BrokerNode, channel: string = A): Promise<Ear> {
    const messages: StoredMessage[] = [];
    const states: StoredChange[] = [];
    const rows: RowChange[] = [];
    const signals: SignalChange[] = [];
    let ends = 0;
    const listener: ChannelListener = {
      appended: (message) => void messages.push(message),
      stateChanged: (change) => void states.push(change),
      rowsChanged: (change) => void rows.push(change),
      signalled: (change) => void signals.push(change),
      ended: () => void ends++,
    };
    const opened = await node.open(channel, listener);
    return Object.assign(listener, { opened, messages, states, rows, signals, ends });
  }

  async close(): Promise<void> {
    for (const node of this.#nodes) await node.leave();
    await this.world.close();
  }
}

export function offsetsOf(messages: readonly StoredMessage[]): number[] {
  return messages.map(({ offset }) => offset);
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
