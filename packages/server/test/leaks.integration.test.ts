/** Nothing stays behind on the server: no session, no channel, no timer, no byte to speak of. */
import { heapSlope } from "@attune/testing";
import { describe, expect, test } from "vitest";
import { createWorld, type World } from "./kit/world.js";

/** What an operation may leave behind at most. */
const MAX_BYTES = 10;
const ROOM = "presence:room:1";
const UNBOUNDED = { limits: { messagesPerMinute: 0 }, bounds: { admittedPerSecond: 0 } };

/** What is left when everybody has gone and all that waits for somebody is over. */
async function left(world: World): Promise<object> {
  await world.after(10 * 60_000 + 60_000);
  const { sessions, channels, subscriptions, connections } = world.core.stats();
  return { sessions, channels, subscriptions, connections };
}

const NOTHING = { sessions: 0, channels: 0, subscriptions: 0, connections: 0 };

describe("nothing stays behind", () => {
  test("after 100,000 subscriptions that end", async () => {
    const world = createWorld(UNBOUNDED);
    const ada = await world.join("ada");
    let r = 0;
    const { bytesPerOperation } = await heapSlope(
      async () => {
        for (let each = 0; each < 20; each++) {
          const c = `private:doc:${each}`;
          ada.send({ t: "sub", r: ++r, c });
          ada.send({ t: "unsub", c });
        }
        await world.after(1_000);
        ada.clear();
      },
      { operations: 100_000, perRun: 20, rounds: 3, enoughBytes: MAX_BYTES },
    );
    expect(bytesPerOperation).toBeLessThanOrEqual(MAX_BYTES);
    ada.send({ t: "bye" });
    expect(await left(world)).toEqual(NOTHING);
  }, 120_000);

  test("after 20,000 members that come and go, watched by another", async () => {
    const world = createWorld(UNBOUNDED);
    const [ada, bob] = [await world.join("ada"), await world.join("bob")];
    await bob.sub(ROOM);
    let r = 0;
    const { bytesPerOperation } = await heapSlope(
      async () => {
        ada.send({ t: "sub", r: ++r, c: ROOM });
        await world.after(60);
        ada.send({ t: "unsub", c: ROOM });
        await world.after(60);
        ada.clear();
        bob.clear();
        bob.send({ t: "pong", r });
      },
      { operations: 20_000, rounds: 3, enoughBytes: MAX_BYTES },
    );
    expect(bytesPerOperation).toBeLessThanOrEqual(MAX_BYTES);
  }, 120_000);

  test("after 10,000 connections, each with a message, a signal and a session that nobody resumes", async () => {
    const world = createWorld(UNBOUNDED);
    const { bytesPerOperation } = await heapSlope(
      async () => {
        const ada = await world.join("ada");
        await ada.sub(ROOM);
        ada.send({ t: "sig", c: ROOM, n: "cursor", d: [1, 2] });
        ada.send({ t: "pub", c: ROOM, p: "p1", s: world.clock.now(), b: 0, n: "message", d: null });
        await world.after(100);
        ada.drop();
        // The grace, after which its session is over.
        await world.after(5_000);
      },
      { operations: 10_000, rounds: 3, enoughBytes: MAX_BYTES },
    );
    expect(world.core.stats().sessions).toBe(0);
    expect(bytesPerOperation).toBeLessThanOrEqual(MAX_BYTES);
    expect(await left(world)).toEqual(NOTHING);
    await world.core.close();
    expect(world.clock.pending).toBe(0);
  }, 120_000);
});
