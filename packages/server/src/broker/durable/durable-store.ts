/** What the nodes of a durable broker share: the log, the group that is written next, and the sweeping. */
import { createAgeClock } from "../../env/age-clock.js";
import type { ServerEnv } from "../../env/server-env.js";
import type { AppendResult, ChannelListener, NewMessage, StateResult, StateWrite, StoredState } from "../broker.js";
import type { LocalNode } from "../local-node.js";
import type { DurableLog } from "./durable-log.js";
import { GroupCommit } from "./group-commit.js";

const SWEEP_MS = 60_000;
/** Between the steps of one sweep, so that it never holds the others up. */
const SWEEP_PAUSE_MS = 100;

/** One log, written in groups. */
export class DurableStore {
  readonly log: DurableLog;
  readonly nodes: Set<LocalNode>;
  readonly #env: Pick<ServerEnv, "clock" | "uptimeMs" | "defer" | "report">;
  readonly #group: GroupCommit;
  #stopSweep: (() => void) | undefined;
  /** Whether the last write failed: an outage is reported once. */
  #isFailing = false;

  constructor(log: DurableLog, nodes: Set<LocalNode>, env: Pick<ServerEnv, "clock" | "uptimeMs" | "defer" | "report">) {
    this.log = log;
    this.nodes = nodes;
    this.#env = env;
    this.now = createAgeClock(env);
    this.#group = new GroupCommit(
      (run) => env.defer(run),
      (writes) => this.#commit(writes),
    );
  }

  /** What log and results grow old by. */
  readonly now: () => number;

  async append(channel: string, message: NewMessage): Promise<AppendResult> {
    const { result } = await this.#group.add(
      () => this.log.append(channel, message, this.now()),
      ({ stored }) => stored && this.#tell(channel, (listener) => listener.appended(stored)),
    );
    return result;
  }

  beginState(channel: string, initial: string): Promise<StoredState> {
    return this.#group.add(
      () => this.log.beginState(channel, initial),
      () => {},
    );
  }

  writeState(channel: string, write: StateWrite): Promise<StateResult> {
    return this.#group.add(
      () => this.log.writeState(channel, write, this.now()),
      (result) => {
        if (result.outcome !== "stored" || result.isRepeat) return;
        const change = { ...result.at, json: write.change };
        this.#tell(channel, (listener) => listener.stateChanged(change));
      },
    );
  }

  startSweeping(): void {
    this.#stopSweep ??= this.#env.clock.after(SWEEP_MS, () => this.#sweep());
  }

  /** Without nodes nobody is left to sweep for. */
  stopSweeping(): void {
    this.#stopSweep?.();
    this.#stopSweep = undefined;
  }

  close(): void {
    this.stopSweeping();
    this.#group.flush();
    this.log.close();
  }

  #commit(writes: readonly (() => void)[]): void {
    this.#attempt("writing the log", () => this.log.transact(writes));
    try {
      this.log.vouch();
    } catch (error) {
      // What is stored is stored: without the count, a tail that was cut off later would only be harder to notice.
      this.#env.report(error, "counting transactions");
    }
  }

  /** It is stored, whatever a listener makes of it. */
  #tell(channel: string, say: (listener: ChannelListener) => void): void {
    for (const node of this.nodes) {
      const listener = node.listenerOf(channel);
      try {
        if (listener) say(listener);
      } catch (error) {
        this.#env.report(error, "delivering what was stored");
      }
    }
  }

  #attempt<T>(where: string, run: () => T): T {
    try {
      const result = run();
      this.#isFailing = false;
      return result;
    } catch (error) {
      if (!this.#isFailing) this.#env.report(error, where);
      this.#isFailing = true;
      throw error;
    }
  }

  #sweep(): void {
    let pauseMs = SWEEP_MS;
    try {
      const { isDone, isEpochNew } = this.#attempt("sweeping the log", () => this.log.sweep(this.now()));
      if (!isDone) pauseMs = SWEEP_PAUSE_MS;
      if (isEpochNew) this.#endNewcomers();
    } catch {
      // It was reported, and the next sweep tries again.
    }
    this.#stopSweep = this.#env.clock.after(pauseMs, () => this.#sweep());
  }

  /** Who was told the old epoch for a channel without messages would not understand the first one. */
  #endNewcomers(): void {
    const open = new Set([...this.nodes].flatMap((node) => node.channels()));
    for (const channel of open) {
      if (!this.log.has(channel)) this.#tell(channel, (listener) => listener.ended());
    }
  }
}
