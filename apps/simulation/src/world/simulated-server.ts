/** The server of a run: the real server core in a process that can be killed, drained and started again over the same log. */
import type { Broker, ServerCore, TransportLink } from "@attune/server/core";
import { createMemoryBroker, createServerCore } from "@attune/server/core";
import { committingNode, WRITE_ERROR } from "./committing-broker.js";
import type { Line, LineEnd } from "./line.js";
import { SimulatedProcess } from "./simulated-process.js";
import { claimsOf } from "./token.js";
import type { World } from "./world.js";

/** What kind of server it is. */
export interface ServerKind {
  /** Whether the log outlives the process; without, a restart begins a new epoch. */
  readonly isDurable: boolean;
  /** How long writing takes at most; 0 for a broker that answers at once. */
  readonly commitMs: number;
  /** How many messages of each channel are kept. */
  readonly history: number;
}

interface Running {
  readonly process: SimulatedProcess;
  readonly core: ServerCore;
  readonly broker: Broker;
  readonly leave: () => void;
  readonly lines: Map<Line, TransportLink>;
}

/** A server that comes and goes. */
export class SimulatedServer {
  readonly #world: World;
  readonly #kind: ServerKind;
  readonly #disk: SimulatedProcess;
  readonly #onError: (error: unknown) => void;
  #log: Broker;
  #skewMs = 0;
  #writeErrors = 0;
  #hasStarted = false;
  #hasForgotten = false;
  #running: Running | undefined;

  constructor(world: World, kind: ServerKind, onError: (error: unknown) => void) {
    this.#world = world;
    this.#kind = kind;
    this.#onError = onError;
    this.#disk = new SimulatedProcess(world.time);
    this.#log = this.#newLog();
    this.start();
  }

  /** Whether a log was lost: then what was stored and not acknowledged is stored again, at another place. */
  get hasForgotten(): boolean {
    return this.#hasForgotten;
  }

  get core(): ServerCore | undefined {
    return this.#running?.core;
  }

  get pendingTimers(): number {
    return this.#running?.process.pendingTimers ?? 0;
  }

  start(): void {
    if (this.#running) return;
    if (!this.#kind.isDurable && this.#hasStarted) {
      this.#log = this.#newLog();
      this.#hasForgotten = true;
    }
    this.#hasStarted = true;
    const { id, random, time, between } = this.#world;
    const process = new SimulatedProcess(time);
    process.setClock(this.#skewMs);
    let leave = (): void => {};
    const broker: Broker = {
      connect: () => {
        const { commitMs } = this.#kind;
        const node = committingNode(this.#log.connect(), time, process, {
          commitMs: () => (commitMs ? between(0, commitMs) : 0),
          fails: () => this.#writeErrors-- > 0,
        });
        leave = () => void node.leave();
        return node;
      },
    };
    const { clock } = process;
    const core = createServerCore({
      broker,
      env: {
        clock,
        uptimeMs: () => time.nowMs,
        random,
        id,
        defer: (run) => void clock.after(0, run),
        report: (error, where) => {
          if (error !== WRITE_ERROR) this.#onError(new Error(`the server reports, at ${where}: ${String(error)}`));
        },
      },
      authenticate({ token }) {
        if (!token) return null;
        const { userId, lifeMs } = claimsOf(token);
        const user = { userId, name: userId.toUpperCase() };
        return lifeMs ? { ...user, expiresAtMs: clock.now() + lifeMs } : user;
      },
      canAccessChannel: () => true,
      limits: { messagesPerMinute: 0 },
    });
    this.#running = { process, core, broker, leave, lines: new Map() };
    this.#world.trace?.("server", "starts");
  }

  /** A connection reaches the server. @returns its end of it, or `undefined` when nobody listens */
  accept(line: Line): LineEnd | undefined {
    const running = this.#running;
    if (!running) return undefined;
    const { process, core, lines } = running;
    const link: TransportLink = {
      send: ({ text }) => process.isDead || line.fromServer(text),
      close: () => {
        lines.delete(line);
        if (!process.isDead) line.closeFromServer();
      },
      bufferedBytes: () => line.bytesToClient,
    };
    lines.set(line, link);
    const inlet = core.accept(link);
    return {
      frame: (text) => process.deliver(() => inlet.receive(JSON.parse(text))),
      closed: () => {
        lines.delete(line);
        process.deliver(() => inlet.closed());
      },
    };
  }

  /** The disk is full, for so many writes. */
  failWrites(count: number): void {
    this.#writeErrors = count;
  }

  setClock(byMs: number): void {
    this.#skewMs += byMs;
    this.#disk.setClock(byMs);
    this.#running?.process.setClock(byMs);
  }

  /** kill -9. The operating system resets the connections; when the whole machine dies, nobody does. */
  kill({ isHostLost }: { readonly isHostLost: boolean }): void {
    const running = this.#running;
    if (!running) return;
    this.#world.trace?.("server", isHostLost ? "its machine dies" : "is killed");
    this.#running = undefined;
    running.process.kill();
    running.leave();
    for (const line of running.lines.keys()) {
      if (isHostLost) line.vanish();
      else line.cut("client");
    }
  }

  /** Closes as an operator would have it: every client is told when to come back. */
  async drain(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#world.trace?.("server", "drains");
    this.#running = undefined;
    await running.core.close();
  }

  #newLog(): Broker {
    const { id, time } = this.#world;
    const { clock } = this.#disk;
    return createMemoryBroker({
      env: { clock, id, uptimeMs: () => time.nowMs },
      history: { messages: this.#kind.history },
    });
  }
}
