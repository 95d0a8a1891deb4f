/** A token that expires is renewed on the open connection. */
import { RealtimeError } from "@attune/core";
import { manualClock } from "@attune/testing";
import { describe, expect, it } from "vitest";
import { alive, connected, desk, movable } from "../support/token-world.js";
import { createWireWorld } from "../support/wire-world.js";

describe("a token that expires", () => {
  it.each([
    ["80 % of its life", 60_000, 48_000],
    ["30 s before its end, when that is later", 3_600_000, 3_570_000],
  ])("is renewed after %s", async (_when, exp, afterMs) => {
    const { world, end, asked } = await connected(exp);
    await alive(world, afterMs - 1);
    expect(end.of("auth")).toEqual([]);
    await alive(world, 1);
    expect(end.of("auth")).toMatchObject([{ k: "token-2" }]);
    expect(asked).toEqual([{ isStale: false }, { isStale: true }]);
  });

  it("is renewed again and again, on one connection", async () => {
    const { world, end, ends } = await connected(10_000);
    for (let round = 1; round <= 20; round += 1) {
      await alive(world, 8_000);
      const auth = end.of("auth").at(-1);
      expect(auth).toMatchObject({ k: `token-${round + 1}` });
      end.send({ t: "authed", exp: 10_000 });
      await world.settle();
    }
    expect(ends).toHaveLength(1);
    expect(end.isClosed).toBe(false);
  });

  it("is not renewed after the server said that it holds for good", async () => {
    const { world, end } = await connected(10_000);
    await alive(world, 8_000);
    end.send({ t: "authed" });
    await alive(world, 100_000);
    expect(end.of("auth")).toHaveLength(1);
  });

  it("that cannot be had is asked for again, later each time, while the old one holds", async () => {
    const at: number[] = [];
    const clock = manualClock();
    const auth = (): string => {
      at.push(clock.now());
      if (at.length > 1) throw new Error("offline");
      return "first";
    };
    const { world, realtime, end } = await connected(100_000, { auth }, clock);
    await alive(world, 99_000);
    expect(at.slice(1).map((ms) => ms - (at[1] ?? 0))).toEqual([0, 1_000, 3_000, 7_000, 15_000]);
    expect(end.of("auth")).toEqual([]);
    expect(realtime.getConnectionState()).toBe("connected");
  });

  it("is not shown twice where auth() gives the same one again, which is asked again, later each time", async () => {
    const tokens = ["kept", "kept", "kept", "new"];
    const { world, end } = await connected(20_000, { auth: () => tokens.shift() });
    await alive(world, 16_000);
    expect(tokens).toHaveLength(2);
    await alive(world, 1_000);
    expect(tokens).toHaveLength(1);
    expect(end.of("auth")).toEqual([]);
    await alive(world, 2_000);
    expect(end.of("auth")).toEqual([{ t: "auth", k: "new" }]);
  });

  it("is never shown where it is a constant, nor asked for where the server does not say when it ends", async () => {
    const constant = await connected(10_000, { auth: "constant" });
    await alive(constant.world, 20_000);
    expect(constant.end.of("auth")).toEqual([]);
    const endless = await connected(undefined);
    await alive(endless.world, 20_000);
    expect(endless.asked).toHaveLength(1);
  });

  it("may hold for months", async () => {
    const { world, asked, realtime } = await connected(2 ** 40);
    await alive(world, 200_000);
    expect(realtime.getConnectionState()).toBe("connected");
    expect(asked).toHaveLength(1);
  });

  it("is neither renewed nor watched when the connection is over", async () => {
    const { auth, asked, answer } = desk();
    const world = createWireWorld({ auth });
    void world.realtime.connect();
    await world.settle();
    void world.end.hello();
    answer("first");
    await world.end.welcome({ exp: 10_000 });
    await alive(world, 8_000);
    expect(asked).toHaveLength(2);
    world.realtime.dispose();
    answer("second");
    await world.clock.advance(100_000);
    expect(world.end.of("auth")).toEqual([]);
    expect(world.clock.pendingTimers).toBe(0);
  });

  it("is not asked for while there is no connection to show it on", async () => {
    const { auth, asked, answer } = desk();
    const world = createWireWorld({ auth }, { reconnect: "driver" });
    void world.realtime.connect();
    await world.settle();
    void world.end.hello();
    answer("first");
    await world.end.welcome({ exp: 10_000 });
    await alive(world, 1_000);
    world.end.lose(new RealtimeError("connection-lost", "cut"));
    await world.clock.advance(20_000);
    expect(asked).toHaveLength(1);
  });

  it("is not shown on the connection that came after the one it was asked for", async () => {
    const { auth, answer } = desk();
    const world = createWireWorld({ auth }, { reconnect: "driver" });
    void world.realtime.connect();
    await world.settle();
    void world.end.hello();
    answer("first");
    await world.end.welcome({ exp: 10_000 });
    await alive(world, 8_000);
    world.end.lose(new RealtimeError("connection-lost", "cut"));
    await world.end.welcome({ exp: 10_000 });
    answer("second");
    await world.settle();
    expect(world.end.of("auth")).toEqual([]);
  });
});

describe("by whatever clock", () => {
  it("renews at once after sleep, before any timer runs, when the time is past", async () => {
    const { clock, move } = movable();
    const { world, end, env } = await connected(3_600_000, {}, clock);
    await alive(world, 1_000);
    await alive(world, 1);
    move(7_200_000);
    await world.settle();
    expect(end.of("auth")).toEqual([]);
    env.page.focus();
    await world.settle();
    expect(end.of("auth")).toHaveLength(1);
  });

  it("renews within a minute after sleep that nothing told of", async () => {
    const { clock, move } = movable();
    const { world, end } = await connected(3_600_000, {}, clock);
    move(7_200_000);
    await alive(world, 60_000);
    expect(end.of("auth").length).toBeGreaterThan(0);
  });

  it("renews on a hidden page, whose timers come late, when it hears from the server", async () => {
    const { clock, move } = movable();
    const { world, end, env } = await connected(60_000, {}, clock);
    env.page.set("hidden");
    move(50_000);
    end.send({ t: "ping", r: 1 });
    await world.settle();
    expect(end.of("auth")).toHaveLength(1);
  });

  it.each([-86_400_000, 86_400_000])("renews when it is due with a clock that is %i ms off", async (offMs) => {
    const { clock, move } = movable();
    move(offMs);
    const { world, end } = await connected(60_000, {}, clock);
    await alive(world, 47_999);
    expect(end.of("auth")).toEqual([]);
    await alive(world, 1);
    expect(end.of("auth")).toHaveLength(1);
  });

  it("renews when it is due although the clock was set back by a day", async () => {
    const { clock, move } = movable();
    const { world, end } = await connected(60_000, {}, clock);
    await alive(world, 10_000);
    move(-86_400_000);
    await alive(world, 44_000);
    expect(end.of("auth")).toHaveLength(1);
  });
});
