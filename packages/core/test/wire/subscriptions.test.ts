import { describe, expect, test } from "vitest";
import { welcomedWireWorld } from "../support/wire-world.js";
import { NEWS, ROOM } from "../support/world.js";

describe("presence over the wire", () => {
  const row = (conn: string, userId: string) => [conn, userId, userId, 0, 1, 1, "online", 0] as const;

  test("is complete before it is shown, however many pieces it comes in", async () => {
    const world = await welcomedWireWorld();
    const channel = world.realtime.channel(ROOM);
    channel.join();
    world.end.join(ROOM, { rev: ["p", 7], p: [row("c1", "ada")], more: true });
    expect(channel.$members.get()).toEqual([]);
    world.end.send({ t: "chunk", r: world.end.of("sub")[0]?.r ?? 0, m: [], p: [row("c2", "bob")], more: false });
    expect(channel.$members.get().map(({ userId }) => userId)).toEqual(["ada", "bob"]);
    world.end.send({ t: "pres", c: ROOM, e: "p", f: 7, rev: 8, set: [row("c3", "cy")], del: ["c1"] });
    expect(channel.$members.get().map(({ userId }) => userId)).toEqual(["bob", "cy"]);
    expect(world.end.of("sub")).toHaveLength(1);
  });

  test("with a hole in it is joined anew, once", async () => {
    const world = await welcomedWireWorld();
    world.realtime.channel(ROOM).join();
    world.end.join(ROOM, { rev: ["p", 7], p: [row("c1", "ada")] });
    for (const rev of [9, 10, 11])
      world.end.send({ t: "pres", c: ROOM, e: "p", f: rev - 1, rev, set: [row("c3", "cy")], del: [] });
    expect(world.end.of("sub")).toHaveLength(2);
  });
});

describe("a subscription", () => {
  test("with a hole that no join fills asks again once a second, not at the speed of the line", async () => {
    const world = await welcomedWireWorld();
    world.realtime.channel(NEWS).join();
    world.end.join(NEWS, { pos: ["e", 1, "a"], m: [[1, "a", "headline", 1, 0, 1]] });
    const early = { t: "msg", c: NEWS, e: "e", m: [[9, "i", "headline", 9, 0, 1]] } as const;
    // Every join is answered at once, and the message at 2 is in none of the answers.
    for (let step = 0; step < 100; step += 1) {
      const asked = world.end.of("sub").length;
      world.end.send(early);
      if (world.end.of("sub").length > asked) world.end.join(NEWS, { pos: ["e", 9, "i"] });
      await world.clock.advance(50);
    }
    expect(world.end.of("sub").length).toBeLessThanOrEqual(8);
  });

  test("is not confused by the answer to an earlier one", async () => {
    const world = await welcomedWireWorld();
    const channel = world.realtime.channel(NEWS);
    const leave = channel.join();
    const [first] = world.end.of("sub");
    leave();
    await world.clock.advance(250);
    channel.join();
    world.end.send({ t: "joined", r: first?.r ?? 0, c: NEWS, pos: ["e", 0, ""], ok: true, m: [], p: [], more: false });
    world.end.send({ t: "chunk", r: first?.r ?? 0, m: [[1, "a", "headline", 1, 0, 1]], p: [], more: false });
    expect(channel.$status.get()).toMatchObject({ phase: "joining" });
    world.end.join(NEWS);
    expect(channel.$status.get()).toMatchObject({ phase: "joined", continuity: "live" });
  });

  test("that fails for a passing reason is tried again when the server says", async () => {
    const world = await welcomedWireWorld();
    const channel = world.realtime.channel(NEWS);
    channel.join();
    world.end.send({ t: "fail", r: world.end.of("sub")[0]?.r ?? 0, code: "rate-limited", msg: "later", after: 3_000 });
    expect(channel.$status.get()).toMatchObject({ phase: "joining", error: { code: "rate-limited" } });
    // The server must be heard, or the line would be taken for dead.
    for (let second = 1; second <= 3; second += 1) {
      expect(world.end.of("sub")).toHaveLength(1);
      await world.clock.advance(1_000);
      world.end.pong();
    }
    expect(world.end.of("sub")).toHaveLength(2);
    world.end.join(NEWS);
    expect(channel.$status.get()).toMatchObject({ phase: "joined" });
  });

  test("that keeps failing is tried ever more rarely, and not after it is left", async () => {
    const world = await welcomedWireWorld();
    const leave = world.realtime.channel(NEWS).join();
    const tries: number[] = [];
    for (let second = 0; second < 40; second += 1) {
      const subs = world.end.of("sub");
      if (subs.length > tries.length) {
        tries.push(second);
        world.end.send({ t: "fail", r: subs.at(-1)?.r ?? 0, code: "internal-error", msg: "broken" });
      }
      await world.clock.advance(1_000);
      world.end.pong();
    }
    expect(tries).toEqual([0, 1, 3, 7, 15, 31]);
    leave();
    await world.clock.advance(250);
    const count = world.end.of("sub").length;
    for (let second = 0; second < 60; second += 1) {
      await world.clock.advance(1_000);
      world.end.pong();
    }
    expect(world.end.of("sub")).toHaveLength(count);
  });

  test("that failed, was made and fails again is tried again soon", async () => {
    const world = await welcomedWireWorld();
    world.realtime.channel(NEWS).join();
    const fails = () => {
      const r = world.end.of("sub").at(-1)?.r ?? 0;
      world.end.send({ t: "fail", r, code: "internal-error", msg: "broken" });
    };
    fails();
    world.end.pong();
    await world.clock.advance(1_000);
    fails();
    await world.clock.advance(2_000);
    world.end.join(NEWS);
    world.end.send({ t: "closed", c: NEWS, code: "channel-closed", msg: "interrupted" });
    await world.clock.advance(1_000);
    expect(world.end.of("sub")).toHaveLength(4);
  });

  test("that the server interrupts is made anew, and continues", async () => {
    const world = await welcomedWireWorld();
    const channel = world.realtime.channel(NEWS);
    channel.join();
    world.end.join(NEWS);
    world.end.send(
      { t: "msg", c: NEWS, e: "e", m: [[1, "a", "headline", 1, 0, 1]] },
      { t: "closed", c: NEWS, code: "channel-closed", msg: "interrupted" },
    );
    await world.clock.advance(1_000);
    expect(world.end.of("sub")[1]).toMatchObject({ since: ["e", 1, "a"] });
  });
});
