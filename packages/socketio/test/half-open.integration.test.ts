/** Dead lines over real sockets, with all defaults: how soon they are noticed, how soon one is back, how long a ghost stays. */
import type { Realtime } from "@attune/core";
import { type Direction, between, seededRandom, until } from "@attune/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRoomWorld, type RoomWorld } from "./room-world.js";

/** Clients of each kind, all at one time. `ATTUNE_HALF_OPEN=30` is the long form. */
const CLIENTS = Number(process.env["ATTUNE_HALF_OPEN"] ?? 2);
const DIRECTIONS: readonly Direction[] = ["both", "up", "down"];
/** When the line dies, after joining: each client at another place between two heartbeats. */
const STAGGER_MS = CLIENTS > 10 ? 6_000 : 1_500;

/** What timers may be late. */
const LATENESS_MS = 50;
/** What connecting takes, many at one time on a busy machine. */
const CONNECTING_MS = 1_500;

let world: RoomWorld;
beforeEach(async () => {
  world = await createRoomWorld();
});
afterEach(() => world.close());

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const now = () => performance.now();

/** A client in a room of its own, whose line dies after a while. */
async function dying(kind: string, index: number, direction: Direction) {
  const name = `${kind}-${direction}-${index}`;
  const room = `presence:${kind}:${direction}.${index}`;
  const proxy = await world.proxy();
  const service = world.client(name, proxy);
  service.channel(room).join();
  await until(() => service.channel(room).$status.get().continuity === "live", { withinMs: 10_000 });
  await pass(between(seededRandom(index * 31 + direction.length), 100, STAGGER_MS));
  return {
    name,
    room,
    proxy,
    service,
    /** Kills the line that is open now; new ones pass. */
    async kill() {
      for (const connection of proxy.connections) await proxy.halfOpen(direction, { connection });
      return now();
    },
  };
}

/** Kills a line, and measures until it is noticed, and from then until the client is back. */
async function measure(kind: string, index: number, direction: Direction, act: (service: Realtime) => void) {
  const { service, kill } = await dying(kind, index, direction);
  const times: Partial<Record<string, number>> = {};
  service.$connection.listen(({ status }) => {
    // A connected line also tells of its quality.
    if (status === "reconnecting" || times["reconnecting"]) times[status] ??= now();
  });
  const startedMs = await kill();
  act(service);
  await until(() => times["connected"], { withinMs: 20_000 });
  const lostMs = times["reconnecting"] ?? Infinity;
  return { noticedMs: lostMs - startedMs, backMs: (times["connected"] ?? Infinity) - lostMs };
}

function summary(values: readonly number[]): { p50: number; p99: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function report(what: string, values: readonly number[]): { p50: number; p99: number; max: number } {
  const { p50, p99, max } = summary(values);
  process.stdout.write(`half open, ${what}: ${values.length} times, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms\n`);
  return { p50, p99, max };
}

const each = <T>(run: (index: number, direction: Direction) => Promise<T>): Promise<T[]> =>
  Promise.all(DIRECTIONS.flatMap((direction) => Array.from({ length: CLIENTS }, (_, index) => run(index, direction))));

test("a dead line is noticed in time, and its client is back", { timeout: 60_000 }, async () => {
  const idle = each((index, direction) => measure("idle", index, direction, () => {}));
  const acks: Promise<unknown>[] = [];
  const publishing = each((index, direction) =>
    measure("busy", index, direction, (service) => {
      acks.push(service.publish(`presence:busy:${direction}.${index}`, "message", index));
    }),
  );
  const [quiet, busy] = [await idle, await publishing];
  const noticed = report(
    "idle, noticed after",
    quiet.map(({ noticedMs }) => noticedMs),
  );
  const noticedBusy = report(
    "with a publish, noticed after",
    busy.map(({ noticedMs }) => noticedMs),
  );
  const back = report(
    "back after",
    [...quiet, ...busy].map(({ backMs }) => backMs),
  );
  await Promise.all(acks);
  expect(noticed.p99).toBeLessThanOrEqual(8_000);
  expect(noticedBusy.p99).toBeLessThanOrEqual(3_000 + LATENESS_MS);
  // A line that fell silent is tried again within 500 ms.
  expect(back.p99).toBeLessThanOrEqual(500 + CONNECTING_MS);
});

test("who died on a dead line is gone for others in time", { timeout: 60_000 }, async () => {
  const shownMs = await each(async (index, direction) => {
    const { room, name, service, proxy, kill } = await dying("ghost", index, direction);
    const watcher = world.client(`watcher of ${name}`);
    watcher.channel(room).join();
    const names = () =>
      watcher
        .presence(room)
        .getMembers()
        .map((member) => member.name);
    await until(() => names().includes(name));
    // It lives on where it is only deaf, and would come back.
    await proxy.refuse();
    const startedMs = await kill();
    if (direction !== "down") service.dispose();
    await until(() => !names().includes(name), { withinMs: 20_000 });
    return now() - startedMs;
  });
  expect(report("a ghost is gone after", shownMs).max).toBeLessThanOrEqual(15_000);
});
