/** A server core under a manual clock, with clients that are fakes and write down what they get. */
import {
  type ChannelDefinitions,
  type ClientFrame,
  decodeServerFrame,
  PROTOCOL_VERSION,
  type ServerFrame,
} from "@attune/protocol";
import {
  type CoreOptions,
  createServerCore,
  type ServerCore,
  type ServerEnv,
  type TransportInlet,
} from "../../src/core.js";
import { ManualClock, settle } from "./manual-clock.js";

type FrameOf<T extends ServerFrame["t"]> = Extract<ServerFrame, { t: T }>;

export interface World {
  readonly clock: ManualClock;
  readonly env: ServerEnv;
  readonly core: ServerCore;
  readonly reported: { readonly error: unknown; readonly where: string }[];
  /** A client whose transport is open; nothing was said yet. */
  dial(): FakeClient;
  /** A client that was welcomed. With the default `authenticate` of this world its token is its user id and name. */
  join(token?: string, session?: readonly [string, string]): Promise<FakeClient>;
  /** Lets time pass. */
  after(ms: number): Promise<void>;
}

export function createEnv(
  clock: ManualClock,
  reported: { error: unknown; where: string }[] = [],
  idPrefix = "id",
): ServerEnv {
  let ids = 0;
  return {
    clock,
    uptimeMs: () => clock.uptimeMs(),
    random: () => 0.5,
    id: () => `${idPrefix}-${++ids}`,
    defer: (run) => void clock.after(0, run),
    report: (error, where) => void reported.push({ error, where }),
  };
}

export function createWorld(
  options: Partial<CoreOptions<ChannelDefinitions>> = {},
  clock: ManualClock = new ManualClock(),
  idPrefix?: string,
): World {
  const reported: { error: unknown; where: string }[] = [];
  const env = createEnv(clock, reported, idPrefix);
  const core = createServerCore<ChannelDefinitions>({
    authenticate: ({ token }) => (token === undefined ? null : { userId: token, name: token.toUpperCase() }),
    canAccessChannel: () => true,
    env,
    ...options,
  });
  const dial = (): FakeClient => new FakeClient(core, clock);
  return {
    clock,
    env,
    core,
    reported,
    dial,
    async join(token, session) {
      const client = dial();
      client.hello(token, session);
      await settle();
      return client;
    },
    after: (ms) => clock.advance(ms),
  };
}

export class FakeClient {
  readonly frames: ServerFrame[] = [];
  readonly sizes: number[] = [];
  closedWith: { readonly code: number; readonly reason: string } | undefined;
  bufferedBytes = 0;
  readonly #inlet: TransportInlet;
  readonly #clock: ManualClock;
  #refs = 0;
  #welcome: FrameOf<"welcome"> | undefined;

  constructor(core: ServerCore, clock: ManualClock) {
    this.#clock = clock;
    this.#inlet = core.accept({
      send: ({ text }) => {
        if (this.closedWith) throw new Error(`sent after the close: ${text}`);
        const frame = decodeServerFrame(JSON.parse(text));
        if (!frame) throw new Error(`not a frame: ${text}`);
        this.frames.push(frame);
        if (frame.t === "welcome") this.#welcome = frame;
        this.sizes.push(text.length);
      },
      close: (code, reason) => void (this.closedWith = { code, reason }),
      bufferedBytes: () => this.bufferedBytes,
      address: "192.0.2.1",
    });
  }

  hello(token?: string, session?: readonly [string, string], isVisible = true): void {
    this.raw({
      t: "hello",
      v: PROTOCOL_VERSION,
      vis: isVisible,
      ...(token === undefined ? {} : { k: token }),
      ...(session ? { s: session } : {}),
    });
  }

  raw(frame: unknown): void {
    this.#inlet.receive(frame);
  }

  send(frame: ClientFrame): void {
    this.raw(frame);
  }

  /** The socket breaks. */
  drop(): void {
    this.#inlet.closed();
  }

  /** Subscribes, waits for the answer, and asks for more until it is live. */
  async sub(
    c: string,
    rest: Partial<Extract<ClientFrame, { t: "sub" }>> = {},
  ): Promise<FrameOf<"joined"> | FrameOf<"fail">> {
    const r = rest.r ?? ++this.#refs;
    this.send({ t: "sub", r, c, ...rest });
    const find = () => this.frames.find((frame) => (frame.t === "joined" || frame.t === "fail") && frame.r === r);
    // A busy presence map makes newcomers wait for its next flush.
    for (let waitedMs = 0; !find() && waitedMs <= 60; waitedMs += 10) await this.#clock.advance(waitedMs && 10);
    const answer = find();
    if (!answer) throw new Error(`no answer to sub ${r}: ${JSON.stringify(this.frames)}`);
    if (answer.t === "joined") {
      for (let more = answer.more; more; more = (this.all("chunk").at(-1) as FrameOf<"chunk">).more) {
        const before = this.all("chunk").length;
        this.send({ t: "more", r });
        await this.#clock.advance(0);
        if (this.all("chunk").length === before) throw new Error("no chunk for the credit");
      }
    }
    return answer as FrameOf<"joined"> | FrameOf<"fail">;
  }

  async pub(
    c: string,
    s: number,
    rest: Partial<Extract<ClientFrame, { t: "pub" }>> = {},
  ): Promise<FrameOf<"ack"> | FrameOf<"nack"> | undefined> {
    const before = this.frames.length;
    this.send({ t: "pub", c, p: "p1", s, b: s - 1, n: "message", d: { text: `m${s}` }, ...rest });
    await this.#clock.advance(0);
    const answer = this.frames.slice(before).find((frame) => frame.t === "ack" || frame.t === "nack");
    return answer as FrameOf<"ack"> | FrameOf<"nack"> | undefined;
  }

  all<T extends ServerFrame["t"]>(t: T): FrameOf<T>[] {
    return this.frames.filter((frame): frame is FrameOf<T> => frame.t === t);
  }

  last<T extends ServerFrame["t"]>(t: T): FrameOf<T> {
    const frame = this.all(t).at(-1);
    if (!frame) throw new Error(`no "${t}" among ${JSON.stringify(this.frames)}`);
    return frame;
  }

  /** The welcome, also after `clear()`. */
  get welcome(): FrameOf<"welcome"> {
    if (!this.#welcome) throw new Error(`not welcomed: ${JSON.stringify(this.frames)}`);
    return this.#welcome;
  }

  /** Offsets of the messages of a channel, in the order in which they came: backfill and live. */
  offsets(c: string): number[] {
    const refs = new Set<number>();
    return this.frames.flatMap((frame) => {
      if (frame.t === "joined" && frame.c === c) refs.add(frame.r);
      const isBackfill = (frame.t === "joined" && frame.c === c) || (frame.t === "chunk" && refs.has(frame.r));
      return isBackfill || (frame.t === "msg" && frame.c === c) ? frame.m.map(([offset]) => offset) : [];
    });
  }

  /** Forgets what came so far. */
  clear(): void {
    this.frames.length = 0;
    this.sizes.length = 0;
  }
}

export { settle };
