/** The client core and the server core in one process, under one virtual clock, over links that are cut at random. */
import { createRealtime, RealtimeError } from "@attune/core";
import type { Auth, Realtime } from "@attune/core";
import { createWireDriver } from "@attune/core/wire";
import { type CoreOptions, createServerCore } from "@attune/server/core";
import type { ServerCore } from "@attune/server/core";
import { manualClock } from "../src/manual-clock.js";
import { seededRandom } from "../src/seeded-random.js";

export interface LoopbackWorld {
  readonly clock: ReturnType<typeof manualClock>;
  readonly random: () => number;
  readonly server: ServerCore;
  /** Cuts each link that is open. */
  readonly cuts: Set<() => void>;
  client(userId: string): Realtime;
  clientWith(auth: Auth): Realtime;
  /** Another server takes over, which knows nothing of what was. */
  restart(): void;
}

export function createLoopbackWorld(seed: number, options: Partial<CoreOptions> = {}): LoopbackWorld {
  const clock = manualClock();
  const random = seededRandom(seed);
  let ids = 0;
  const id = (): string => `id${++ids}`;
  const environment = {
    clock,
    uptimeMs: () => clock.now(),
    random,
    id,
    report: (error: unknown) => {
      throw error;
    },
  };
  const createServer = (): ServerCore =>
    createServerCore({
      env: { ...environment, defer: (run: () => void) => void clock.after(0, run) } as never,
      authenticate: ({ token }: { token?: string }) => (token ? { userId: token, name: token.toUpperCase() } : null),
      canAccessChannel: () => true,
      limits: { messagesPerMinute: 0 },
      ...options,
    } as never);
  let server = createServer();
  const cuts = new Set<() => void>();
  const delay = (): number => 1 + Math.floor(random() * 20);

  const clientWith = (auth: Auth): Realtime => {
    const driver = createWireDriver({
      name: "loopback",
      open(events, hello) {
        let isOpen = true;
        // One queue each way, so that a link delays but never reorders, like TCP.
        let upAtMs = 0;
        let downAtMs = 0;
        const inlet = server.accept({
          send(frame: { text: string }) {
            downAtMs = Math.max(downAtMs, clock.now() + delay());
            clock.after(downAtMs - clock.now(), () => isOpen && events.frame(JSON.parse(frame.text)));
          },
          close: () => void clock.after(delay(), cut),
          bufferedBytes: () => 0,
        } as never);
        function up(frame: unknown): void {
          upAtMs = Math.max(upAtMs, clock.now() + delay());
          const text = JSON.stringify(frame);
          clock.after(upAtMs - clock.now(), () => isOpen && inlet.receive(JSON.parse(text)));
        }
        function cut(): void {
          fail(new RealtimeError("connection-lost", "cut"));
        }
        function fail(error: RealtimeError): void {
          if (!isOpen) return;
          isOpen = false;
          cuts.delete(cut);
          inlet.closed();
          events.closed(error);
        }
        cuts.add(cut);
        events.transport("loopback");
        void hello().then(
          (frame) => isOpen && up(frame),
          (error) => fail(error as RealtimeError),
        );
        return {
          send: (frame) => isOpen && up(frame),
          close() {
            if (!isOpen) return;
            isOpen = false;
            cuts.delete(cut);
            clock.after(delay(), () => inlet.closed());
          },
        };
      },
    });
    return createRealtime({
      driver,
      auth,
      queue: { max: 1000, perSecond: 0 },
      reconnect: { minMs: 20, maxMs: 100, jitterMs: 50, maxAttempts: Infinity },
      env: { clock, random, id, report: environment.report },
    }) as Realtime;
  };
  return {
    clock,
    random,
    get server() {
      return server;
    },
    cuts,
    client: (userId) => clientWith(userId),
    clientWith,
    restart() {
      const old = server;
      server = createServer();
      for (const cut of [...cuts]) cut();
      void old.close();
    },
  };
}
