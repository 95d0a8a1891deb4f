/** A token that expires on an open connection. */
import { RealtimeError, type User } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import { alive, createTokenWorld } from "./kit/token-world.js";
import { createWorld, settle, type World } from "./kit/world.js";

const ROOM = "presence:room:1";

describe("a token that expires", () => {
  test("says in welcome how long it holds, and closes the connection with 4005 then", async () => {
    const world = createTokenWorld();
    const ada = await world.join("ada 5000");
    expect(ada.welcome.exp).toBe(5_000);
    await alive(world, ada, 4_999);
    expect(ada.closedWith).toBeUndefined();
    await world.after(1);
    expect(ada.closedWith?.code).toBe(4005);
    expect(ada.last("bye").code).toBe(4005);
    ada.send({ t: "pub", c: ROOM, p: "p", s: 1, b: 0, n: "message", d: 1 });
    await world.after(10);
    expect(world.core.stats().messages).toBe(0);
  });

  test("shows nobody a leave when its client comes back with another one within the grace", async () => {
    const world = createTokenWorld();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ada = await world.join("ada 1000");
    await ada.sub(ROOM);
    await world.after(100);
    bob.clear();
    await world.after(1_000);
    expect(ada.closedWith?.code).toBe(4005);
    const back = await world.join("ada 9000", ada.welcome.s);
    expect(back.welcome).toMatchObject({ resumed: true, conn: ada.welcome.conn });
    await back.sub(ROOM);
    await alive(world, bob, 6_000);
    expect(bob.all("pres")).toEqual([]);
  });

  test("that has expired already is refused with 4005, and makes no session", async () => {
    const world = createTokenWorld();
    const ada = await world.join("ada 0");
    expect(ada.closedWith?.code).toBe(4005);
    expect(world.core.stats().sessions).toBe(0);
  });

  test("may be said to have expired by authenticate() itself", async () => {
    const world = createWorld({
      authenticate: () => {
        throw new RealtimeError("token-expired", "jwt expired");
      },
    });
    expect((await world.join("ada")).closedWith).toEqual({ code: 4005, reason: "jwt expired" });
    expect(world.reported).toEqual([]);
  });

  test.each([Number.NaN, "soon", Number.POSITIVE_INFINITY, null])(
    "whose end is %s is the server's failure, and reported",
    async (expiresAtMs) => {
      const world = createWorld({ authenticate: () => ({ userId: "ada", name: "Ada", expiresAtMs }) as User });
      expect((await world.join("ada")).closedWith?.code).toBe(4004);
      expect(world.reported).toHaveLength(1);
    },
  );

  test("may hold longer than a timer can wait", async () => {
    const world = createTokenWorld();
    const lifeMs = 2 ** 31 + 5_000;
    const delays: number[] = [];
    const { after } = world.clock;
    world.clock.after = (ms, run) => {
      delays.push(ms);
      return after.call(world.clock, ms, run);
    };
    const ada = await world.join(`ada ${lifeMs}`);
    await alive(world, ada, 10_000);
    expect(ada.closedWith).toBeUndefined();
    expect(Math.max(...delays)).toBe(2 ** 31 - 1);
  });

  test("holds as long as it was to hold, however the clock is set", async () => {
    const world = createTokenWorld();
    const ada = await world.join("ada 5000");
    let stepMs = 3_600_000;
    const { now } = world.clock;
    world.clock.now = () => now.call(world.clock) + stepMs;
    await alive(world, ada, 2_000);
    stepMs = -500_000;
    await alive(world, ada, 2_999);
    expect(ada.closedWith).toBeUndefined();
    await world.after(1);
    expect(ada.closedWith?.code).toBe(4005);
  });

  test("leaves no timer behind when its connection is lost while another one is looked at", async () => {
    let answer: () => void = () => {};
    let isSlow = false;
    const world: World = createWorld({
      graceMs: 0,
      async authenticate() {
        if (isSlow) await new Promise<void>((resolve) => void (answer = resolve));
        return { userId: "ada", name: "Ada", expiresAtMs: world.clock.now() + 5_000_000 };
      },
    });
    const ada = await world.join("ada");
    isSlow = true;
    ada.send({ t: "auth", k: "ada" });
    await settle();
    ada.drop();
    answer();
    await world.after(60_000);
    expect(world.clock.pending).toBe(0);
  });

  test("leaves no timer behind", async () => {
    const world = createTokenWorld({ graceMs: 0 });
    const ada = await world.join("ada 5000000");
    ada.drop();
    await world.after(60_000);
    expect(world.clock.pending).toBe(0);
  });
});
