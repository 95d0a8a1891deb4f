/** A client of a run: the real client core in a tab that can be hidden, frozen and killed, on a network of its own. */
import { createRealtime, RealtimeError } from "@attune/core";
import type { Channel, Environment, PageState, Realtime } from "@attune/core";
import { createWireDriver } from "@attune/core/wire";
import type { ClientDisk } from "./client-disk.js";
import { createEmitter } from "./emitter.js";
import { Line } from "./line.js";
import { Mangler } from "./mangle.js";
import { healthyPath, isSound } from "./path.js";
import type { PathCondition } from "./path.js";
import { SimulatedProcess } from "./simulated-process.js";
import type { SimulatedServer } from "./simulated-server.js";
import { tokenOf } from "./token.js";
import type { World } from "./world.js";

/** A frame on a line in order takes no longer; one that does waits behind others, from a time when the line was slow. */
const PROMPT_MS = 20;

/** Who a client is. */
export interface ClientOptions {
  /** Whether somebody sets its clock in this run. */
  readonly isClockSet: boolean;
  readonly name: string;
  readonly userId: string;
  readonly disk: ClientDisk | undefined;
  /** How long its tokens hold, in milliseconds; 0 for ever. */
  readonly tokenLifeMs: number;
}

/** A tab whose user comes and goes. */
export class SimulatedClient {
  readonly name: string;
  readonly userId: string;
  readonly path: PathCondition = healthyPath();
  readonly leases: Map<string, () => void> = new Map();
  /** Where its outbox is kept; without, it is gone with the tab. */
  readonly disk: ClientDisk | undefined;
  readonly isClockSet: boolean;
  readonly #world: World;
  readonly #server: SimulatedServer;
  readonly #onError: (error: unknown) => void;
  readonly #mangler = new Mangler();
  readonly #network = createEmitter();
  readonly #page = createEmitter();
  #process: SimulatedProcess;
  #realtime: Realtime;
  #line: Line | undefined;
  #lives = 1;
  #isOnline = true;
  #pageState: PageState = "visible";
  #skewMs = 0;
  #wasHidden = false;
  /** How long the app takes to get a token, whether it can, and how long the token holds. */
  authMs = 0;
  authFailures = 0;
  tokenLifeMs: number | undefined;
  readonly #usualLifeMs: number;
  #tokens = 0;

  constructor(
    world: World,
    server: SimulatedServer,
    { name, userId, disk, isClockSet, tokenLifeMs }: ClientOptions,
    onError: (error: unknown) => void,
  ) {
    this.disk = disk;
    this.isClockSet = isClockSet;
    this.#usualLifeMs = tokenLifeMs;
    this.name = name;
    this.userId = userId;
    this.#world = world;
    this.#server = server;
    this.#onError = onError;
    this.#process = new SimulatedProcess(world.time);
    this.#realtime = this.#start();
  }

  get realtime(): Realtime {
    return this.#realtime;
  }

  /** Names this life of the tab: what was before a crash is somebody else to a history. */
  get life(): string {
    return `${this.name}.${this.#lives}`;
  }

  get pendingTimers(): number {
    return this.#process.pendingTimers;
  }

  /** Killed, and not opened again. */
  get isDown(): boolean {
    return this.#process.isDead;
  }

  get pageState(): PageState {
    return this.#pageState;
  }

  channel(name: string): Channel {
    return this.#realtime.channel(name);
  }

  /** Whether its connection is open and nothing is wrong with it, as nobody inside could know. */
  get isSound(): boolean {
    return (
      !this.isDown &&
      this.#realtime.$connection.value?.status === "connected" &&
      !this.#line?.isBroken &&
      (this.#line?.lateMs ?? 0) <= PROMPT_MS &&
      isSound(this.path, this.#world.time.nowMs) &&
      !this.#process.isFrozen
    );
  }

  cut(...told: ("client" | "server")[]): void {
    if (this.#line && !this.#line.isGone) this.#line.cut(...told);
    else this.path.isCutting = true;
  }

  setOnline(isOnline: boolean): void {
    this.#isOnline = isOnline;
    this.path.swallowsUp = this.path.swallowsDown = !isOnline;
    this.#process.deliver(this.#network.emit);
  }

  setPage(state: PageState): void {
    const wasFrozen = this.#pageState === "frozen";
    this.#pageState = state;
    this.#wasHidden ||= state !== "visible";
    if (wasFrozen) this.#process.thaw();
    this.#process.deliver(this.#page.emit);
    if (state === "frozen") this.#process.freeze();
  }

  /** The tab stops without a word to anybody, itself included: a debugger, a laptop that sleeps. */
  sleep(): void {
    this.#process.freeze();
  }

  wake(): void {
    this.#process.thaw();
  }

  /** Whether the page was ever hidden: then its death may be noticed as late as that of a hidden one. */
  get wasHidden(): boolean {
    return this.#wasHidden;
  }

  /** Everything is in order again, and the user wants to be connected. */
  mend(): void {
    // What is stalled already arrives when it does.
    Object.assign(this.path, healthyPath(), { stalledUntilMs: this.path.stalledUntilMs });
    this.authMs = this.authFailures = 0;
    this.tokenLifeMs = undefined;
    if (this.isDown) return;
    this.setOnline(true);
    this.wake();
    this.setPage("visible");
    this.#realtime.connect().catch(() => {});
  }

  setClock(byMs: number): void {
    this.#skewMs += byMs;
    this.#process.setClock(byMs);
  }

  /** The renderer is killed. Its socket is closed by the operating system, or not, when the machine went too. */
  crash({ isHostLost }: { readonly isHostLost: boolean }): void {
    this.#process.kill();
    if (isHostLost) this.#line?.vanish();
    else this.#line?.cut("server");
    this.#line = undefined;
    this.leases.clear();
  }

  /** Opens the app again after a crash. */
  restart(): void {
    this.#lives += 1;
    this.#pageState = "visible";
    this.#process = new SimulatedProcess(this.#world.time);
    this.#process.setClock(this.#skewMs);
    this.#realtime = this.#start();
  }

  #start(): Realtime {
    const { id, random } = this.#world;
    const process = this.#process;
    const env: Environment = {
      clock: process.clock,
      random,
      id,
      network: { isOnline: () => this.#isOnline, onChange: this.#network.onChange },
      page: { state: () => this.#pageState, onChange: this.#page.onChange },
      report: (error) => this.#onError(new Error(`${this.name} reports: ${describe(error)}`)),
    };
    return createRealtime({
      driver: this.#driver(process),
      env,
      auth: () => this.#token(process),
      queue: { max: 1_000, perSecond: 0, storage: this.disk?.open(process) },
      reconnect: { minMs: 100, maxMs: 2_000, jitterMs: 200, maxAttempts: Infinity },
    }) as Realtime;
  }

  #token(process: SimulatedProcess): Promise<string> {
    return new Promise((resolve, reject) => {
      process.clock.after(this.authMs, () => {
        this.authFailures -= 1;
        if (this.authFailures >= 0) reject(new Error("the token service is down"));
        else
          resolve(
            tokenOf({ userId: this.userId, lifeMs: this.tokenLifeMs ?? this.#usualLifeMs, count: ++this.#tokens }),
          );
      });
    });
  }

  #driver(process: SimulatedProcess) {
    const { time, between } = this.#world;
    return createWireDriver({
      name: "simulated",
      open: (events, hello) => {
        const line = new Line(this.#world, this.name, this.path, this.#mangler);
        this.#line = line;
        let isOpen = true;
        const lost = (message: string): void => {
          if (!isOpen) return;
          isOpen = false;
          events.closed(new RealtimeError("connection-lost", message));
        };
        const knock = async (): Promise<void> => {
          if (!isOpen || this.path.swallowsUp || this.path.swallowsDown) return;
          const server = this.path.refuses ? undefined : this.#server.accept(line);
          if (!server) return process.deliver(() => lost("Nobody listens there."));
          line.connect(
            {
              frame: (text) => process.deliver(() => isOpen && events.frame(JSON.parse(text))),
              closed: () => process.deliver(() => lost("The connection was lost.")),
            },
            server,
          );
          process.deliver(() => isOpen && void say());
        };
        const say = async (): Promise<void> => {
          events.transport("simulated");
          try {
            const frame = await hello();
            if (isOpen) line.fromClient(frame);
          } catch (error) {
            if (!isOpen) return;
            isOpen = false;
            line.closeFromClient();
            events.closed(error as RealtimeError);
          }
        };
        // A connection that is opened while nothing moves is opened when something does.
        time.after(Math.max(between(1, 15) + this.path.extraLatencyMs, this.path.stalledUntilMs - time.nowMs), () =>
          process.deliver(() => void knock()),
        );
        return {
          send: (frame) => isOpen && !process.isDead && line.fromClient(frame),
          close: () => {
            if (!isOpen || process.isDead) return;
            isOpen = false;
            line.closeFromClient();
            // As careless as some: a connection that was closed says so once more, when another one may be open.
            process.clock.after(between(0, 500), () =>
              events.closed(new RealtimeError("connection-lost", "The old connection was closed.")),
            );
          },
        };
      },
    });
  }
}

function describe(error: unknown): string {
  const { message, cause, stack } = error as { message?: string; cause?: unknown; stack?: string };
  return cause === undefined ? (stack ?? message ?? String(error)) : `${message} <- ${describe(cause)}`;
}
