import { connectionQuality } from "@attune/core/quality";
import { expect, test } from "vitest";
import { welcomedWireWorld } from "../support/wire-world.js";
import { createWorld, ROOM } from "../support/world.js";

test("follows the heartbeat, and is lost with the line", async () => {
  const world = createWorld({ latencyMs: 50 });
  const { realtime } = world.client("ada");
  const $quality = connectionQuality(realtime);
  const levels: string[] = [];
  $quality.subscribe(({ level }) => void levels.push(level));
  void realtime.connect();
  await world.clock.advance(500);
  expect($quality.get()).toMatchObject({ level: "excellent", rttMs: 100, p95Ms: 100, jitterMs: 0 });
  world.hub.cut();
  await world.clock.advance(100);
  expect($quality.get().level).toBe("lost");
  expect(levels).toEqual(["lost", "excellent", "lost"]);
});

test("knows the server's clock, however wrong one's own is", async () => {
  const world = await welcomedWireWorld();
  const $quality = connectionQuality(world.realtime);
  $quality.subscribe(() => {});
  await world.clock.advance(80);
  const [ping] = world.end.of("ping");
  world.end.send({ t: "pong", r: ping?.r ?? 0, now: world.clock.now() - 40 + 86_400_000 });
  await world.settle();
  expect($quality.get()).toMatchObject({ rttMs: 80, serverOffsetMs: 86_400_000 });
});

test("an answer that is late is told before the line is given up, and cursors slow down", async () => {
  const world = await welcomedWireWorld();
  const { realtime, clock, end } = world;
  const told: unknown[] = [];
  realtime.on("connection_degraded", ({ latencyMs }) => told.push(["degraded", latencyMs]));
  realtime.on("connection_restored", () => told.push("restored"));
  const channel = realtime.channel(ROOM);
  channel.join();
  end.join(ROOM, { rev: ["p", 1] });
  await clock.advance(1_249);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual([["degraded", 1_250]]);
  for (let each = 0; each < 20; each++) {
    channel.signal("cursor", each);
    await clock.advance(20);
  }
  expect(end.of("sig").length).toBeLessThanOrEqual(3);
  const [ping] = end.of("ping");
  end.send({ t: "pong", r: ping?.r ?? 0, now: clock.now() });
  await world.settle();
  expect(told).toEqual([["degraded", 1_250], "restored"]);
});
