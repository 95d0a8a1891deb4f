/** A client over the wire driver, whose pipe is in the hands of a test: the test is the server. */
import {
  type ClientFrame,
  createRealtime,
  DEFAULT_LIMITS,
  type HelloFrame,
  type Realtime,
  type RealtimeError,
  type RealtimeOptions,
  type ServerFrame,
} from "@attune/core";
import { createWireDriver, type PipeEvents, type WireOptions } from "@attune/core/wire";
import type { ManualClock } from "@attune/testing";
import { type TestEnvironment, testEnvironment } from "./environment.js";

/** One attempt to connect, as the server sees it. */
export interface ServerEnd {
  readonly events: PipeEvents;
  readonly hello: () => Promise<HelloFrame>;
  /** Everything that the client sent, but for `hello`. */
  readonly frames: ClientFrame[];
  readonly isClosed: boolean;
  of<T extends ClientFrame["t"]>(type: T): Extract<ClientFrame, { t: T }>[];
  send(...frames: ServerFrame[]): void;
  /** Answers `hello`, which is said once. */
  welcome(over?: Partial<Extract<ServerFrame, { t: "welcome" }>>): Promise<HelloFrame>;
  /** Answers the last `sub` of a channel. */
  join(channel: string, over?: Partial<Extract<ServerFrame, { t: "joined" }>>): void;
  /** Acknowledges a `pub`, as the message at this offset. */
  ack(frame: Extract<ClientFrame, { t: "pub" }>, offset: number): void;
  /** Answers the last `ping`, if there was one: the line lives. */
  pong(): void;
  lose(error: RealtimeError): void;
}

export interface WireWorld {
  readonly clock: ManualClock;
  readonly env: TestEnvironment;
  readonly realtime: Realtime;
  readonly ends: readonly ServerEnd[];
  readonly end: ServerEnd;
  settle(): Promise<void>;
}

const ADA = { userId: "ada", name: "Ada" };

function createEnd(events: PipeEvents, sayHello: () => Promise<HelloFrame>, clock: ManualClock) {
  let said: Promise<HelloFrame> | undefined;
  const hello = () => (said ??= sayHello());
  const frames: ClientFrame[] = [];
  let isClosed = false;
  const of: ServerEnd["of"] = (type) => frames.filter((frame) => frame.t === type) as never;
  const end: ServerEnd = {
    events,
    hello,
    frames,
    get isClosed() {
      return isClosed;
    },
    of,
    // Through JSON, as off a wire.
    send: (...sent) => sent.forEach((frame) => events.frame(JSON.parse(JSON.stringify(frame)))),
    async welcome(over) {
      const said = await hello();
      end.send({
        t: "welcome",
        v: 1,
        s: ["session", "key"],
        conn: "me",
        resumed: false,
        user: ADA,
        now: clock.now(),
        limits: { ...DEFAULT_LIMITS, messagesPerMinute: 0 },
        ...over,
      });
      return said;
    },
    join(channel, over) {
      const sub = of("sub")
        .filter((frame) => frame.c === channel)
        .at(-1);
      if (!sub) throw new Error(`The client did not ask to join "${channel}".`);
      end.send({ t: "joined", r: sub.r, c: channel, pos: ["e", 0, ""], ok: true, m: [], p: [], more: false, ...over });
    },
    ack: ({ c, p, s }, offset) =>
      end.send({ t: "ack", c, p, s, pos: ["e", offset, `ada:${p}:${s}`], ts: 1_000 + offset }),
    pong() {
      const ping = of("ping").at(-1);
      if (ping) end.send({ t: "pong", r: ping.r, now: clock.now() });
    },
    lose: (error) => events.closed(error),
  };
  return {
    end,
    pipe: {
      send: (frame: ClientFrame) => void frames.push(JSON.parse(JSON.stringify(frame)) as ClientFrame),
      close() {
        isClosed = true;
      },
    },
  };
}

export function createWireWorld(
  options: Partial<RealtimeOptions> = {},
  { reconnect = "core", clock }: Pick<WireOptions, "reconnect"> & { readonly clock?: ManualClock } = {},
): WireWorld {
  const env = testEnvironment(clock);
  const ends: ServerEnd[] = [];
  const driver = createWireDriver({
    name: "wire",
    reconnect,
    open(events, hello) {
      const { end, pipe } = createEnd(events, hello, env.clock);
      ends.push(end);
      return pipe;
    },
  });
  return {
    clock: env.clock,
    env,
    realtime: createRealtime({ driver, ...options, env }),
    ends,
    get end() {
      const last = ends.at(-1);
      if (!last) throw new Error("The client has not connected.");
      return last;
    },
    settle: () => env.clock.advance(0),
  };
}

/** A client that is connected. */
export async function welcomedWireWorld(options: Partial<RealtimeOptions> = {}): Promise<WireWorld> {
  const world = createWireWorld(options);
  void world.realtime.connect();
  await world.settle();
  await world.end.welcome();
  return world;
}
