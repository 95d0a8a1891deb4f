/** A node of a durable broker: logs and states from the disk, presence and signals from its neighbours in the process. */
import type {
  AppendResult,
  BrokerNode,
  ChainLink,
  ChannelListener,
  LogPage,
  MaybePromise,
  NewMessage,
  OpenedChannel,
  ReadRange,
  StateLink,
  StateResult,
  StateWrite,
  StoredState,
} from "../broker.js";
import { LocalNode } from "../local-node.js";
import type { DurableStore } from "./durable-store.js";

/** One of the nodes, usually the only one. */
export class DurableNode extends LocalNode implements BrokerNode {
  readonly #store: DurableStore;

  constructor(store: DurableStore) {
    super(store.nodes);
    this.#store = store;
    store.startSweeping();
  }

  open(channel: string, listener: ChannelListener): OpenedChannel {
    const { position } = this.read(channel, { after: 0, limit: 0 });
    return { position, rows: this.listen(channel, listener) };
  }

  append(channel: string, message: NewMessage): Promise<AppendResult> {
    return this.#store.append(channel, message);
  }

  recall(channel: string, link: ChainLink): AppendResult | undefined {
    return this.#store.log.recall(channel, link, this.#store.now());
  }

  read(channel: string, range: ReadRange): LogPage {
    return this.#store.log.read(channel, range, this.#store.now());
  }

  readState(channel: string, initial: string): MaybePromise<StoredState>;
  readState(channel: string, initial?: string): MaybePromise<StoredState | undefined>;
  readState(channel: string, initial?: string): MaybePromise<StoredState | undefined> {
    const known = this.#store.log.readState(channel);
    return known || initial === undefined ? known : this.#store.beginState(channel, initial);
  }

  writeState(channel: string, write: StateWrite): Promise<StateResult> {
    return this.#store.writeState(channel, write);
  }

  recallState(channel: string, link: StateLink): StateResult | undefined {
    return this.#store.log.recallState(channel, link, this.#store.now());
  }

  override leave(): void {
    super.leave();
    if (this.#store.nodes.size === 0) this.#store.stopSweeping();
  }
}
