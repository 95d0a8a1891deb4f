/** The broker inside one process: the default, for one node (or several in one process, as tests have them). */
import { createAgeClock } from "../env/age-clock.js";
import type { ServerEnv } from "../env/server-env.js";
import type {
  AppendResult,
  Broker,
  BrokerNode,
  ChainLink,
  ChannelListener,
  LogPage,
  NewMessage,
  OpenedChannel,
  ReadRange,
  StateLink,
  StateResult,
  StateWrite,
  StoredState,
} from "./broker.js";
import { type ChainBounds, DEFAULT_CHAINS } from "./chain-link.js";
import { DEFAULT_HISTORY, type HistoryBounds } from "./history-bounds.js";
import { LocalNode } from "./local-node.js";
import { MemoryLog } from "./memory-log.js";
import { MemoryStates } from "./memory-states.js";
import { ProducerChains } from "./producer-chains.js";
import { DEFAULT_STATES, type StateBounds } from "./state-link.js";
import { Tombstones } from "./tombstones.js";

const SWEEP_MS = 60_000;

/** Options of {@link createMemoryBroker}. */
export interface MemoryBrokerOptions {
  /** Time, and the id of the epoch. */
  readonly env: Pick<ServerEnv, "clock" | "uptimeMs" | "id">;
  /** How much of each log is kept. */
  readonly history?: Partial<HistoryBounds>;
  /** How long repeats are recognised. */
  readonly dedupe?: Partial<ChainBounds>;
  /** How much shared state is kept. */
  readonly states?: Partial<StateBounds>;
}

/**
 * Creates a broker that keeps everything in memory.
 *
 * What it promises: an acknowledged message is in the log until the history's bounds let it go or the process ends. A new
 * process has a new epoch, so that every client that comes back is told of a gap; none is silent. Shared state is kept likewise,
 * and begins anew from the server's `initialState`.
 *
 * @example
 * ```ts
 * import { createMemoryBroker, createRealtimeServer, nodeEnv } from "@attune/server";
 * const server = createRealtimeServer({ broker: createMemoryBroker({ env: nodeEnv, history: { messages: 50 } }) });
 * ```
 */
export function createMemoryBroker(options: MemoryBrokerOptions): Broker {
  const store = new MemoryStore(options);
  return { connect: () => new MemoryNode(store) };
}

/** What all nodes share. */
class MemoryStore {
  readonly #env: Pick<ServerEnv, "clock" | "uptimeMs" | "id">;
  readonly #ageNow: () => number;
  readonly nodes: Set<LocalNode> = new Set();
  readonly #history: HistoryBounds;
  readonly #chains: ProducerChains;
  readonly #tombstones: Tombstones;
  readonly #states: MemoryStates;
  readonly #logs = new Map<string, MemoryLog>();
  #stopSweep: (() => void) | undefined;

  constructor({ env, history, dedupe, states }: MemoryBrokerOptions) {
    const bounds = { ...DEFAULT_CHAINS, ...dedupe };
    this.#env = env;
    this.#ageNow = createAgeClock(env);
    this.#history = { ...DEFAULT_HISTORY, ...history };
    this.#chains = new ProducerChains(bounds);
    this.#tombstones = new Tombstones(env.id());
    this.#states = new MemoryStates({ ...DEFAULT_STATES, ...states }, bounds, {
      newEpoch: env.id,
      isOpen: (channel) => this.#isOpen(channel),
    });
  }

  log(channel: string): MemoryLog {
    let log = this.#logs.get(channel);
    if (!log) {
      log = new MemoryLog(this.#tombstones.raise(channel), this.#history);
      this.#logs.set(channel, log);
      this.#stopSweep ??= this.#env.clock.after(SWEEP_MS, () => this.#sweep());
    }
    return log;
  }

  append(channel: string, message: NewMessage): AppendResult {
    const { link } = message;
    const answer = link && this.recall(channel, link);
    if (answer) return answer;
    const log = this.log(channel);
    const stored = log.append(message, this.#ageNow());
    const { position } = log;
    const { timestampMs } = message;
    if (link) this.#chains.record(channel, link, { position, timestampMs }, this.#ageNow());
    for (const node of this.nodes) node.listenerOf(channel)?.appended(stored);
    return { outcome: "stored", position, timestampMs, isRepeat: false };
  }

  recall(channel: string, link: ChainLink): AppendResult | undefined {
    return this.#chains.check(channel, link, this.#ageNow());
  }

  read(channel: string, range: ReadRange): LogPage {
    const log = this.log(channel);
    log.trim(this.#ageNow());
    return log.read(range);
  }

  readState(channel: string, initial?: string): StoredState | undefined {
    return this.#states.read(channel, initial);
  }

  writeState(channel: string, write: StateWrite): StateResult {
    const result = this.#states.write(channel, write, this.#ageNow());
    if (result.outcome !== "stored" || result.isRepeat) return result;
    const change = { ...result.at, json: write.change };
    for (const node of this.nodes) node.listenerOf(channel)?.stateChanged(change);
    return result;
  }

  recallState(channel: string, link: StateLink): StateResult | undefined {
    return this.#states.recall(channel, link, this.#ageNow());
  }

  #isOpen(channel: string): boolean {
    return [...this.nodes].some((node) => node.listenerOf(channel));
  }

  /** Without nodes nobody is left to sweep for. */
  stopSweeping(): void {
    this.#stopSweep?.();
    this.#stopSweep = undefined;
  }

  #sweep(): void {
    const nowMs = this.#ageNow();
    for (const [channel, log] of this.#logs) {
      log.trim(nowMs);
      if (!log.isEmpty || this.#isOpen(channel)) continue;
      this.#tombstones.bury(channel, log.position);
      this.#logs.delete(channel);
    }
    this.#stopSweep = this.#logs.size > 0 ? this.#env.clock.after(SWEEP_MS, () => this.#sweep()) : undefined;
  }
}

class MemoryNode extends LocalNode implements BrokerNode {
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    super(store.nodes);
    this.#store = store;
  }

  open(channel: string, listener: ChannelListener): OpenedChannel {
    const rows = this.listen(channel, listener);
    return { position: this.#store.log(channel).position, rows };
  }

  append(channel: string, message: NewMessage): AppendResult {
    return this.#store.append(channel, message);
  }

  recall(channel: string, link: ChainLink): AppendResult | undefined {
    return this.#store.recall(channel, link);
  }

  read(channel: string, range: ReadRange): LogPage {
    return this.#store.read(channel, range);
  }

  readState(channel: string, initial: string): StoredState;
  readState(channel: string, initial?: string): StoredState | undefined;
  readState(channel: string, initial?: string): StoredState | undefined {
    return this.#store.readState(channel, initial);
  }

  writeState(channel: string, write: StateWrite): StateResult {
    return this.#store.writeState(channel, write);
  }

  recallState(channel: string, link: StateLink): StateResult | undefined {
    return this.#store.recallState(channel, link);
  }

  override leave(): void {
    super.leave();
    if (this.#store.nodes.size === 0) this.#store.stopSweeping();
  }
}
