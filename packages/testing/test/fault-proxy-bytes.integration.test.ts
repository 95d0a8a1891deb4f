/** What a fault proxy does to the bytes that it lets through. */
import { describe, expect, test } from "vitest";
import { until } from "../src/index.js";
import { echoWorld } from "./echo-world.js";

const world = echoWorld();

test("delay: makes each piece late, in order, with jitter too", async () => {
  const client = await world.openThrough();
  await world.proxy.delay(30, { jitterMs: 20, direction: "up" });
  const startedMs = performance.now();
  for (const piece of "abcdefgh") {
    client.socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => client.text.length === 8);
  expect(client.text).toBe("abcdefgh");
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(29);
});

test("limit: lets so many bytes a second through, and holds the sender up", async () => {
  const client = await world.openThrough();
  await world.proxy.limit(100_000, { direction: "down" });
  const startedMs = performance.now();
  world.serverSockets[0]?.write(Buffer.alloc(20_000, "x"));
  await until(() => client.text.length === 20_000);
  const tookMs = performance.now() - startedMs;
  expect(tookMs).toBeGreaterThan(180);
  expect(tookMs).toBeLessThan(1_500);
});

describe("corrupt", () => {
  test("changes the next bytes of a direction, and keeps their number", async () => {
    const client = await world.openThrough();
    await world.proxy.corrupt({ bytes: 3, direction: "down" });
    client.socket.write("aaaaaa");
    await until(() => client.socket.bytesRead === 7);
    expect(world.received).toBe("aaaaaa");
    expect(client.text.slice(-3)).toBe("aaa");
    expect(client.text.slice(0, -3)).not.toMatch(/a/);
  });

  test("changes bytes at a rate", async () => {
    const client = await world.openThrough();
    const bytes: Buffer[] = [];
    world.serverSockets[0]?.on("data", (data) => bytes.push(data));
    await world.proxy.corrupt({ rate: 0.1, direction: "up" });
    client.socket.write(Buffer.alloc(10_000));
    await until(() => Buffer.concat(bytes).length === 10_000);
    const changed = Buffer.concat(bytes).filter((byte) => byte !== 0).length;
    expect(changed).toBeGreaterThan(800);
    expect(changed).toBeLessThan(1_200);
  });
});
