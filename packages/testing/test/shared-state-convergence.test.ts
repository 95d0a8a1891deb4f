/** Shared state from app to server and back: clients that change one document under cuts, races, restarts and refusals. */
import { sharedState } from "@attune/core/state";
import { slowBroker } from "./slow-loopback-broker.js";
import { describe, expect, it } from "vitest";
import { createLoopbackWorld, type LoopbackWorld } from "./loopback-world.js";

type Doc = { readonly epoch?: number; counts: Record<string, number>; list: string[]; topic: string };

const ROOM = "presence:room:1";
const initialState = (): Doc => ({ counts: { a: 0, b: 0 }, list: [], topic: "" });

interface Outcome {
  readonly kind: "a" | "b" | "list" | "topic" | "forbidden";
  readonly item: string;
  readonly ok: boolean;
  readonly code?: unknown;
}

/** Changes of all kinds by all clients, for so many rounds, with whatever `disturb` does in between. */
async function race(world: LoopbackWorld, rounds: number, disturb: () => void) {
  const { clock, client, random } = world;
  const clients = ["ann", "bob", "cat"].map(client);
  const states = clients.map((one) => {
    const channel = one.channel(ROOM);
    channel.join();
    return sharedState(channel as never) as unknown as ReturnType<typeof sharedState> & {
      update(mutator: (draft: Doc) => void): Promise<unknown>;
    };
  });
  const outcomes: Promise<Outcome>[] = [];
  const kinds = ["a", "b", "list", "topic"] as const;
  await clock.advance(200);
  for (let round = 0; round < rounds; round++) {
    states.forEach((state, index) => {
      if (random() < 0.4) return;
      const kind = kinds[Math.floor(random() * kinds.length)] as (typeof kinds)[number];
      const item = `${index}:${round}`;
      const change = (draft: Doc): void => {
        if (kind === "list") draft.list.push(item);
        else if (kind === "topic") draft.topic = item;
        else draft.counts[kind] = (draft.counts[kind] ?? 0) + 1;
      };
      const settled = (ok: boolean) => (error: unknown) => ({
        kind,
        item,
        ok,
        code: (error as { code?: unknown })?.code,
      });
      outcomes.push(state.update(change).then(settled(true), settled(false)));
    });
    disturb();
    await clock.advance(Math.floor(random() * 80));
  }
  await clock.advance(60_000);
  const values = states.map(({ $value }) => $value.get() as Doc | undefined);
  const pending = states.map(({ $status }) => $status.get().pending);
  const read = world.server.readState(ROOM);
  await clock.advance(50);
  const server = (await read).value as unknown as Doc;
  const ended = await Promise.all(outcomes);
  for (const one of clients) one.dispose();
  await clock.advance(10_000);
  return { values, pending, server, ended };
}

const seeds = Array.from({ length: 20 }, (_, seed) => seed + 1);
const options = { initialState, bounds: { patchesPerSecond: 0 } } as never;

function cutSome(world: LoopbackWorld): void {
  if (world.random() < 0.3) [...world.cuts][Math.floor(world.random() * world.cuts.size)]?.();
}

describe("shared state", () => {
  it.each(seeds)("is the same for all, and has each change once, under cuts and races, seed %i", async (seed) => {
    const world = createLoopbackWorld(seed, options);
    const { values, pending, server, ended } = await race(world, 50, () => cutSome(world));
    expect(ended.filter(({ ok }) => !ok)).toEqual([]);
    expect(pending).toEqual([0, 0, 0]);
    for (const value of values) expect(value).toEqual(server);
    for (const key of ["a", "b"] as const)
      expect(server.counts[key]).toBe(ended.filter(({ kind }) => kind === key).length);
    const listed = ended.filter(({ kind }) => kind === "list").map(({ item }) => item);
    expect([...server.list].sort()).toEqual(listed.sort());
    // Mine come in the order in which I made them.
    for (const index of [0, 1, 2]) {
      const mine = server.list.filter((item) => item.startsWith(`${index}:`)).map((item) => Number(item.split(":")[1]));
      expect(mine).toEqual([...mine].sort((left, right) => left - right));
    }
  });

  it.each(seeds.slice(0, 10))(
    "is so too when the broker takes its time, and the rate is low, seed %i",
    async (seed) => {
      let world: LoopbackWorld | undefined;
      const broker = slowBroker(() => world);
      world = createLoopbackWorld(seed, { initialState, broker, bounds: { patchesPerSecond: 5 } } as never);
      const { values, pending, server, ended } = await race(world, 30, () => cutSome(world as LoopbackWorld));
      expect(ended.filter(({ ok }) => !ok)).toEqual([]);
      expect(pending).toEqual([0, 0, 0]);
      for (const value of values) expect(value).toEqual(server);
      expect(server.counts["a"]).toBe(ended.filter(({ kind }) => kind === "a").length);
      expect(server.list).toHaveLength(ended.filter(({ kind }) => kind === "list").length);
    },
  );

  it.each(seeds)("is the server's after a restart that forgot it, and has what came after, seed %i", async (seed) => {
    const world = createLoopbackWorld(seed, options);
    let restarts = 0;
    const { values, pending, server, ended } = await race(world, 40, () => {
      cutSome(world);
      if (world.random() < 0.06) {
        restarts += 1;
        world.restart();
      }
    });
    expect(ended.filter(({ ok }) => !ok)).toEqual([]);
    expect(pending).toEqual([0, 0, 0]);
    for (const value of values) expect(value).toEqual(server);
    expect(new Set(server.list).size).toBe(server.list.length);
    const made = ended.filter(({ kind }) => kind === "a").length;
    expect(server.counts["a"]).toBeLessThanOrEqual(made);
    if (restarts === 0) expect(server.counts["a"]).toBe(made);
  });

  it("refuses what may not be, keeps the rest, and tells who made it", async () => {
    const world = createLoopbackWorld(1, {
      ...(options as object),
      canAccessChannel: (user, _channel, action) => action !== "state" || user?.userId !== "bob",
    });
    const { values, server, ended } = await race(world, 20, () => cutSome(world));
    const refused = ended.filter(({ ok }) => !ok);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ code, item }) => code === "forbidden" && item.startsWith("1:"))).toBe(true);
    expect(ended.filter(({ item, ok }) => ok && item.startsWith("1:"))).toEqual([]);
    for (const value of values) expect(value).toEqual(server);
    expect(server.counts["a"]).toBe(ended.filter(({ kind, ok }) => ok && kind === "a").length);
  });
});
