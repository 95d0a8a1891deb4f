/** `auth()`: one question at a time, and once more after a refusal. */
import { type Realtime, RealtimeError } from "@attune/core";
import { describe, expect, it } from "vitest";
import { connected, desk } from "../support/token-world.js";
import { createWireWorld } from "../support/wire-world.js";

const NEWS = "public:news";
const refused = (code: "unauthorized" | "token-expired") => new RealtimeError(code, "no");
const statusOf = (realtime: Realtime): string => realtime.getConnectionState();

describe("auth()", () => {
  it("is asked once, however many attempts wait for it", async () => {
    const { auth, asked, answer, most } = desk();
    const world = createWireWorld({ auth, connectTimeoutMs: 5_000 });
    void world.realtime.connect();
    await world.settle();
    void world.end.hello();
    await world.clock.advance(7_000);
    expect(world.ends).toHaveLength(2);
    const hello = world.end.hello();
    await world.settle();
    expect(asked).toHaveLength(1);
    answer("late");
    expect((await hello).k).toBe("late");
    expect(most).toBeLessThanOrEqual(1);
  });

  it("that never answers holds up others for 30 s, and no longer", async () => {
    const { auth, asked } = desk();
    const world = createWireWorld({ auth });
    void world.realtime.connect();
    for (let second = 0; second < 45; second += 1) {
      await world.clock.advance(1_000);
      if (!world.end.isClosed) void world.end.hello();
    }
    expect(asked).toHaveLength(2);
  });

  it("is asked anew after disconnect(): whoever connects then may be somebody else", async () => {
    const { auth, asked } = desk();
    const world = createWireWorld({ auth });
    world.realtime.connect().catch(() => {});
    await world.settle();
    void world.end.hello();
    await world.realtime.disconnect();
    world.realtime.connect().catch(() => {});
    await world.settle();
    void world.end.hello();
    expect(asked).toHaveLength(2);
  });

  it.each(["unauthorized", "token-expired"] as const)(
    "is asked once more, for a token that it did not keep, when a return is refused with %s",
    async (code) => {
      const { world, asked, realtime, ends } = await connected(undefined);
      world.end.lose(new RealtimeError("connection-lost", "cut"));
      await world.clock.advance(1_000);
      void world.end.hello();
      world.end.lose(refused(code));
      expect(statusOf(realtime)).toBe("reconnecting");
      await world.clock.advance(4_000);
      expect((await world.end.hello()).k).toBe("token-3");
      expect(asked).toEqual([{ isStale: false }, { isStale: false }, { isStale: true }]);
      world.end.lose(refused("unauthorized"));
      expect(realtime.$connection.get()).toMatchObject({ status: "disconnected", error: { code: "unauthorized" } });
      expect(ends).toHaveLength(3);
    },
  );

  it("is asked for one that it did not keep after the token expired on the open connection", async () => {
    const { world, asked } = await connected(undefined);
    world.realtime.channel(NEWS).join();
    world.end.send({ t: "bye", code: 4005, msg: "The token has expired." });
    await world.clock.advance(2_000);
    void world.end.hello();
    expect(asked.at(-1)).toEqual({ isStale: true });
    await world.end.welcome();
    world.end.lose(new RealtimeError("connection-lost", "cut"));
    await world.clock.advance(2_000);
    void world.end.hello();
    expect(asked.at(-1)).toEqual({ isStale: false });
  });

  it("is not asked again when the very first attempt is refused, nor when access was revoked", async () => {
    const world = createWireWorld({ auth: () => "bad" });
    world.realtime.connect().catch(() => {});
    await world.settle();
    void world.end.hello();
    world.end.lose(refused("unauthorized"));
    expect(statusOf(world.realtime)).toBe("disconnected");
    const { world: open, realtime, asked } = await connected(undefined);
    open.end.send({ t: "bye", code: 4100, msg: "Access was revoked." });
    await open.clock.advance(60_000);
    expect(statusOf(realtime)).toBe("disconnected");
    expect(asked).toHaveLength(1);
  });
});
