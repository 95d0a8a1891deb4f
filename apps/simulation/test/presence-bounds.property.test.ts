/** The bounds of presence that are promised, at random moments: docs/guarantees.md publishes them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SimulatedClient } from "../src/world/simulated-client.js";
import { SimulatedServer } from "../src/world/simulated-server.js";
import { createWorld } from "../src/world/world.js";

const ROOM = "presence:room:1";
const GRACE_MS = 5_000;
const GONE_VISIBLE_MS = 15_000;
const GONE_HIDDEN_MS = 50_000;
/** What a frame takes, there and back. */
const WIRE_MS = 100;
const RUNS = { numRuns: 60 };

/** Ann and others in one room, and when each saw whom leave. */
async function room(seed: number, userIds: readonly string[], isDurable = true) {
  const world = createWorld(seed);
  const fail = (error: unknown): never => {
    throw error;
  };
  const server = new SimulatedServer(world, { isDurable, commitMs: 0, history: 1_000 }, fail);
  const left: { readonly observer: string; readonly userId: string; readonly atMs: number }[] = [];
  const clients = userIds.map(
    (userId) =>
      new SimulatedClient(
        world,
        server,
        { name: userId, userId, isClockSet: false, disk: undefined, tokenLifeMs: 0 },
        fail,
      ),
  );
  for (const client of clients) {
    const channel = client.channel(ROOM);
    channel.on("member_left", (member) =>
      left.push({ observer: client.name, userId: member.userId, atMs: world.time.nowMs }),
    );
    channel.join();
  }
  await world.time.advance(1_000);
  const [ann, ...others] = clients as [SimulatedClient, ...SimulatedClient[]];
  return { world, server, left, clients, ann, others };
}

const moment = fc.integer({ min: 0, max: 30_000 });
const seeds = fc.integer({ min: 1, max: 1_000_000 });

describe("presence", () => {
  test("shows nobody a leave for a blip that is shorter than the grace", async () => {
    const blip = fc.integer({ min: 0, max: GRACE_MS - 2_500 });
    await fc.assert(
      fc.asyncProperty(seeds, moment, blip, fc.boolean(), async (seed, atMs, blipMs, isNoticed) => {
        const { world, ann, left } = await room(seed, ["ann", "bob", "cat"]);
        await world.time.advance(atMs);
        // The network is away, and back before the grace is over; a try may have been made just before.
        ann.path.refuses = true;
        ann.cut("client", ...(isNoticed ? (["server"] as const) : []));
        await world.time.advance(blipMs);
        ann.path.refuses = false;
        await world.time.advance(GONE_HIDDEN_MS);
        expect(left).toEqual([]);
        expect(ann.realtime.getConnectionState()).toBe("connected");
      }),
      RUNS,
    );
  });

  test("has who was killed gone after the grace, and within 15 s when the page was visible, 50 s when it was hidden", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, moment, fc.boolean(), fc.boolean(), async (seed, atMs, isHidden, isHostLost) => {
        const { world, ann, others, left } = await room(seed, ["ann", "bob", "cat"]);
        if (isHidden) ann.setPage("hidden");
        await world.time.advance(atMs);
        const killedMs = world.time.nowMs;
        ann.crash({ isHostLost });
        await world.time.advance(60_000);
        expect(left.map(({ observer, userId }) => [observer, userId]).sort()).toEqual(
          others.map(({ name }) => [name, "ann"]),
        );
        for (const { atMs: leftMs } of left) {
          expect(leftMs - killedMs).toBeGreaterThanOrEqual(GRACE_MS - WIRE_MS);
          expect(leftMs - killedMs).toBeLessThanOrEqual((isHidden ? GONE_HIDDEN_MS : GONE_VISIBLE_MS) + WIRE_MS);
        }
      }),
      RUNS,
    );
  });

  test("shows nobody a leave when the server restarts, however it went, and who did not come back is gone 16 s later", async () => {
    const downMs = fc.integer({ min: 0, max: 3_000 });
    const how = fc.constantFrom("kill", "power-cut", "drain");
    await fc.assert(
      fc.asyncProperty(seeds, moment, downMs, how, fc.boolean(), async (seed, atMs, forMs, way, isDurable) => {
        const { world, server, clients, ann, others, left } = await room(seed, ["ann", "bob", "cat"], isDurable);
        await world.time.advance(atMs);
        if (way === "drain") void server.drain();
        else server.kill({ isHostLost: way === "power-cut" });
        ann.crash({ isHostLost: true });
        await world.time.advance(forMs);
        server.start();
        await world.time.advance(13_000);
        // Until members had time to come back, the one who does not is shown as unconfirmed, like all of them were.
        const absent = others.map((client) =>
          client
            .channel(ROOM)
            .$members.get()
            .find(({ userId }) => userId === "ann"),
        );
        expect(left).toEqual([]);
        expect(absent.every((member) => member?.unconfirmed)).toBe(true);
        await world.time.advance(16_000);
        expect(left.map(({ userId }) => userId)).toEqual(others.map(() => "ann"));
        for (const client of clients.filter((one) => one !== ann)) {
          expect(
            client
              .channel(ROOM)
              .$members.get()
              .map(({ userId }) => userId)
              .sort(),
          ).toEqual(["bob", "cat"]);
        }
      }),
      RUNS,
    );
  });
});
