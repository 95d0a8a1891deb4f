/** One transport connection between a client and the server, and the ways in which it can end. */
import type { ClientFrame } from "@attune/protocol";
import { Lane } from "./lane.js";
import type { Mangler } from "./mangle.js";
import type { PathCondition } from "./path.js";
import type { World } from "./world.js";

/** What one end hears. */
export interface LineEnd {
  frame(text: string): void;
  closed(): void;
}

/** A connection. Frames travel as text. */
export class Line {
  readonly #world: World;
  readonly #path: PathCondition;
  readonly #mangler: Mangler;
  readonly #up: Lane;
  readonly #down: Lane;
  readonly #name: string;
  #client: LineEnd | undefined;
  #server: LineEnd | undefined;
  #isGone = false;

  constructor(world: World, name: string, path: PathCondition, mangler: Mangler) {
    this.#world = world;
    this.#name = name;
    this.#path = path;
    this.#mangler = mangler;
    this.#up = new Lane(world, {
      path,
      swallows: () => path.swallowsUp,
      bytesPerMs: () => Number.POSITIVE_INFINITY,
      arrive: (text) => this.#arriveUp(text),
    });
    this.#down = new Lane(world, {
      path,
      swallows: () => path.swallowsDown,
      bytesPerMs: () => path.bytesPerMs,
      arrive: (text) => this.#arriveDown(text),
    });
  }

  connect(client: LineEnd, server: LineEnd): void {
    this.#client = client;
    this.#server = server;
  }

  /** Whether it was torn. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whether something was lost on it, so that nothing more can arrive, or nobody is at the server's end of it. */
  get isBroken(): boolean {
    return this.#isGone || !this.#server || this.#up.isBroken || this.#down.isBroken;
  }

  /** How much longer the last of what was sent, in either direction, is under way. */
  get lateMs(): number {
    return Math.max(this.#up.lateMs, this.#down.lateMs);
  }

  get bytesToClient(): number {
    return this.#down.bytesUnderWay;
  }

  fromClient(frame: ClientFrame): void {
    // Who writes to a connection that the other side has reset is told so.
    if (this.#isGone) return this.#tell("client");
    const text = JSON.stringify(frame);
    if (!this.#up.send(text)) this.#world.trace?.(this.#name, `> lost: ${text}`);
  }

  fromServer(text: string): void {
    if (this.#isGone) this.#tell("server");
    else if (!this.#down.send(text)) this.#world.trace?.(this.#name, `< lost: ${text}`);
  }

  /** The client closes: what it sent before still arrives. */
  closeFromClient(): void {
    this.#client = undefined;
    this.#up.sendEnd(() => this.#tell("server"));
  }

  closeFromServer(): void {
    this.#server = undefined;
    this.#down.sendEnd(() => this.#tell("client"));
  }

  /** The connection is torn: what is under way is lost, and only those who are named hear of it. */
  cut(...told: ("client" | "server")[]): void {
    this.#up.break();
    this.#down.break();
    this.#isGone = true;
    this.#mangler.forgetHeld();
    for (const end of told) this.#world.time.after(this.#world.between(0, 20), () => this.#tell(end));
  }

  /** One end's machine is gone: nobody is left to say that the connection is. */
  vanish(): void {
    this.#up.break();
    this.#down.break();
    this.#mangler.forgetHeld();
  }

  #tell(end: "client" | "server"): void {
    const heard = end === "client" ? this.#client : this.#server;
    if (end === "client") this.#client = undefined;
    else this.#server = undefined;
    if (!heard) return;
    this.#world.trace?.(this.#name, `${end} learns that the connection is gone`);
    heard.closed();
  }

  #arriveUp(text: string): void {
    for (const each of this.#mangler.up(this.#path, text)) {
      this.#world.trace?.(this.#name, `> ${each}`);
      this.#server?.frame(each);
    }
  }

  #arriveDown(text: string): void {
    for (const each of this.#mangler.down(this.#path, text, this.#world.random)) {
      this.#world.trace?.(this.#name, `< ${each}`);
      this.#client?.frame(each);
    }
    if (!this.#path.isCutting) return;
    this.#path.isCutting = false;
    this.cut("client", "server");
  }
}
