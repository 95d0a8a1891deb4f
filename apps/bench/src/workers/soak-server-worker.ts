/** A server of the soak: it is killed, drained, frozen, and its clock is set. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createRealtimeServer, nodeEnv, type ServerEnv } from "@attune/server";
import { createDurableBroker } from "@attune/server/durable";
import { Server } from "socket.io";
import { sleep } from "../sleep.js";
import { SYSTEMS, type System, type SystemName } from "../soak/system.js";

/** Which server to start. */
export interface SoakServerOptions {
  readonly system: SystemName;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where ours keeps its logs. */
  readonly path: string;
  /** How far its clock is off. */
  readonly stepMs: number;
}

const ROOM = "soak";
let stepMs = 0;
let close: () => Promise<unknown> = async () => {};
let hasErred: string[] = [];

const env: ServerEnv = {
  ...nodeEnv,
  clock: { ...nodeEnv.clock, now: () => nodeEnv.clock.now() + stepMs },
  report: (error, where) => void hasErred.push(`${where}: ${String(error)}`),
};

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function listen(http: ReturnType<typeof createServer>, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => http.once("error", reject).listen(port, "127.0.0.1", resolve));
  return (http.address() as AddressInfo).port;
}

async function startAttune({ isTuned }: System, { port, path }: SoakServerOptions): Promise<number> {
  const broker = await createDurableBroker({
    path,
    env,
    ...(isTuned ? { history: { messages: 1_000_000, chars: 1_000_000_000, ageMs: 86_400_000 } } : {}),
  });
  const http = createServer();
  const realtime = createRealtimeServer({
    broker,
    env,
    authenticate: ({ token }) => (token ? { userId: token, name: token } : null),
    canAccessChannel: () => true,
    ...(isTuned ? { limits: { messagesPerMinute: 0 } } : {}),
  }).attach(http);
  close = async () => {
    await realtime.close();
    await broker.close();
  };
  return listen(http, port);
}

async function startSocketio({ hasRecovery }: System, { port }: SoakServerOptions): Promise<number> {
  const http = createServer();
  const io = new Server(http, hasRecovery ? { connectionStateRecovery: {} } : {});
  io.on("connection", (socket) => {
    void socket.join(ROOM);
    socket.on("message", (message: unknown, ack?: (error: null) => void) => {
      io.to(ROOM).emit("message", message);
      ack?.(null);
    });
  });
  close = () => io.close();
  return listen(http, port);
}

process.once("SIGTERM", () => {
  void close().finally(() => process.exit(0));
});

export const handlers = {
  async start(options: SoakServerOptions): Promise<number> {
    const system = SYSTEMS[options.system];
    stepMs = options.stepMs;
    return system.isOurs ? startAttune(system, options) : startSocketio(system, options);
  },
  /** Sets the clock. */
  step(ms: number): void {
    stepMs = ms;
  },
  /** What went wrong inside since it was last asked. */
  errors(): readonly string[] {
    const errors = hasErred;
    hasErred = [];
    return errors;
  },
  /** Bytes in use, after a collection. */
  async heap(): Promise<number> {
    collect();
    await sleep(0);
    collect();
    return process.memoryUsage().heapUsed;
  },
};
