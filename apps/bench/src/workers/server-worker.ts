/** The measured process: a server, what it costs, and the loop that publishes from within it. */
import { createServer, type Socket } from "node:net";
import { nowMs } from "../now.js";
import { type BenchServer, toMessage } from "../servers/bench-server.js";
import { listen } from "../servers/listen.js";
import { sleep } from "../sleep.js";
import { type ServerChoice, startServer } from "../servers/start-server.js";

/** What the process has spent, and what it has done. */
export interface Spent {
  readonly cpuUs: number;
  readonly atMs: number;
  /** Messages that everybody has got. */
  readonly completed: number;
}

let server: BenchServer;
let published = 0;
let completed = 0;
let isPublishing = false;

function publishNext(): void {
  server.publish(toMessage(++published, nowMs()));
}

/** Each byte on this connection says that one message has reached everybody. */
function takeTokens(socket: Socket): void {
  socket.setNoDelay(true).on("data", (tokens) => {
    completed += tokens.length;
    for (let count = tokens.length; count > 0 && isPublishing; count--) publishNext();
  });
}

export const handlers = {
  async start(choice: ServerChoice): Promise<{ port: number; tokenPort: number }> {
    server = await startServer(choice);
    return { port: server.port, tokenPort: await listen(createServer(takeTokens)) };
  },
  /** Publishes this many messages, and another one whenever one has reached everybody. */
  begin(inFlight: number): void {
    isPublishing = true;
    for (let count = 0; count < inFlight; count++) publishNext();
  },
  spent(): Spent {
    const { user, system } = process.cpuUsage();
    return { cpuUs: user + system, atMs: nowMs(), completed };
  },
  /** Publishes no more, and waits until everything has arrived. @returns how many messages there were in all */
  async finish(withinMs: number): Promise<{ published: number; completed: number }> {
    isPublishing = false;
    const deadlineMs = nowMs() + withinMs;
    while (completed < published && nowMs() < deadlineMs) await sleep(5);
    return { published, completed };
  },
};
