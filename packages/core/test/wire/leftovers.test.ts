/** What an earlier connection, or an earlier answer, left behind on the way. */
import { expect, test } from "vitest";
import { welcomedWireWorld } from "../support/wire-world.js";
import { NEWS, ROOM } from "../support/world.js";

const row = (conn: string, userId: string) => [conn, userId, userId, 0, 1, 1, "online", 0] as const;

test("messages and members that come before the answer to a join are not shown", async () => {
  const world = await welcomedWireWorld();
  const channel = world.realtime.channel(ROOM);
  const heard: unknown[] = [];
  channel.on("headline", ({ data }) => heard.push(data));
  channel.join();
  world.end.send({ t: "msg", c: ROOM, e: "old", m: [[7, "a", "headline", 7, 0, 1]] });
  world.end.send({ t: "pres", c: ROOM, e: "old", f: 1, rev: 2, set: [row("c9", "eve")], del: [] });
  expect(heard).toEqual([]);
  expect(channel.$members.get()).toEqual([]);
  expect(channel.$status.get().position).toBeUndefined();
  world.end.join(ROOM, { rev: ["p", 1], p: [row("c1", "ada")] });
  expect(world.end.of("sub")).toHaveLength(1);
});

test("a second copy of the answer to a join changes nothing", async () => {
  const world = await welcomedWireWorld();
  const channel = world.realtime.channel(ROOM);
  channel.join();
  const answer = { rev: ["p", 1] as const, p: [row("c1", "ada")] };
  world.end.join(ROOM, answer);
  world.end.send({ t: "pres", c: ROOM, e: "p", f: 1, rev: 2, set: [row("c2", "bob")], del: [] });
  world.end.join(ROOM, answer);
  expect(channel.$members.get().map(({ userId }) => userId)).toEqual(["ada", "bob"]);
});

test("no question has the number of one that was asked on an earlier connection", async () => {
  const world = await welcomedWireWorld();
  world.realtime.channel(NEWS).join();
  const asked = new Set(world.end.of("sub").map(({ r }) => r));
  world.realtime.reconnect();
  await world.settle();
  await world.end.welcome();
  const again = world.end.of("sub").map(({ r }) => r);
  expect(again).toHaveLength(1);
  expect(again.filter((r) => asked.has(r))).toEqual([]);
});
