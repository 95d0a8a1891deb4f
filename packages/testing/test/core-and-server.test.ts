/** The client core and the server core in one process, under one virtual clock, over links that are cut at random. */
import { createRealtime, RealtimeError } from "@attune/core";
import type { Realtime } from "@attune/core";
import { createWireDriver } from "@attune/core/wire";
import { createServerCore } from "@attune/server/core";
import type { ServerCore } from "@attune/server/core";
import { describe, expect, it } from "vitest";
import { manualClock } from "../src/manual-clock.js";
import { seededRandom } from "../src/seeded-random.js";

interface World {
  readonly clock: ReturnType<typeof manualClock>;
  readonly random: () => number;
  readonly server: ServerCore;
  readonly cuts: Set<() => void>;
  client(userId: string): Realtime;
}

function createWorld(seed: number): World {
  const clock = manualClock();
  const random = seededRandom(seed);
  let ids = 0;
  const id = (): string => `id${++ids}`;
  const environment = {
    clock,
    random,
    id,
    report: (error: unknown) => {
      throw error;
    },
  };
  const server = createServerCore({
    env: { ...environment, defer: (run: () => void) => void clock.after(0, run) } as never,
    authenticate: ({ token }: { token?: string }) => (token ? { userId: token, name: token.toUpperCase() } : null),
    canAccessChannel: () => true,
    limits: { messagesPerMinute: 0 },
  } as never);
  const cuts = new Set<() => void>();
  const delay = (): number => 1 + Math.floor(random() * 20);

  const client = (userId: string): Realtime => {
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
          if (!isOpen) return;
          isOpen = false;
          cuts.delete(cut);
          inlet.closed();
          events.closed(new RealtimeError("connection-lost", "cut"));
        }
        cuts.add(cut);
        events.transport("loopback");
        void hello().then((frame) => isOpen && up(frame));
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
      auth: userId,
      queue: { max: 1000, perSecond: 0 },
      reconnect: { minMs: 20, maxMs: 100, jitterMs: 50, maxAttempts: Infinity },
      env: { clock, random, id, report: environment.report },
    }) as Realtime;
  };
  return { clock, random, server, cuts, client };
}

describe("client core and server core", () => {
  it("shows two members each other, and a message to both", async () => {
    const { clock, client } = createWorld(1);
    const ann = client("ann");
    const bob = client("bob");
    const got: string[] = [];
    for (const one of [ann, bob])
      one.subscribe("presence:room:1", "message", ({ data, sender }) => got.push(`${sender?.name} ${String(data)}`));
    await clock.advance(500);
    expect(ann.getConnectionState()).toBe("connected");
    expect(
      ann
        .presence("presence:room:1")
        .getMembers()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["ANN", "BOB"]);
    const ack = ann.publish("presence:room:1", "message", "hi");
    await clock.advance(500);
    expect(await ack).toMatchObject({ guarantee: "stored", position: { offset: 1 } });
    expect(got).toEqual(["ANN hi", "ANN hi"]);
  });

  it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    "loses, doubles and reorders nothing under cuts, seed %i",
    async (seed) => {
      const { clock, client, cuts, random } = createWorld(seed);
      const names = ["ann", "bob", "cat"];
      const clients = names.map(client);
      const got = names.map((): string[] => []);
      clients.forEach((one, index) =>
        one.subscribe("presence:room:1", "message", ({ data }) => got[index]?.push(String(data))),
      );
      await clock.advance(300);
      const acks: Promise<unknown>[] = [];
      for (let round = 0; round < 60; round++) {
        clients.forEach((one, index) =>
          acks.push(one.publish("presence:room:1", "message", `${names[index]}${round}`)),
        );
        if (random() < 0.4) [...cuts][Math.floor(random() * cuts.size)]?.();
        await clock.advance(Math.floor(random() * 60));
      }
      await clock.advance(10_000);
      expect((await Promise.allSettled(acks)).filter(({ status }) => status === "rejected")).toEqual([]);
      for (const list of got) {
        expect(new Set(list).size).toBe(list.length);
        expect(list).toEqual(got[0]);
        expect(list.length).toBe(180);
      }
      for (const name of names)
        expect(got[0]?.filter((text) => text.startsWith(name))).toEqual(
          Array.from({ length: 60 }, (_, round) => `${name}${round}`),
        );
      for (const one of clients) {
        expect(
          one
            .presence("presence:room:1")
            .getMembers()
            .map(({ userId }) => userId)
            .sort(),
        ).toEqual(names);
        one.dispose();
      }
    },
  );
});
