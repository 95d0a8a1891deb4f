import { describe, expect, test } from "vitest";
import { viewOf } from "./kit/view.js";
import { createWorld, type FakeClient } from "./kit/world.js";

const ROOM = "presence:room:1";

describe("a newcomer", () => {
  test("who fills slowly gets one step to where the map is by then", async () => {
    const world = createWorld({ limits: { messagesPerMinute: 0 } });
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    for (let index = 0; index < 30; index++) await world.core.publish(ROOM, "m", "y".repeat(6_000));
    await world.after(100);
    const bob = await world.join("bob");
    bob.send({ t: "sub", r: 9, c: ROOM, last: 1_000 });
    await world.after(100);
    const cyd = await world.join("cyd");
    await cyd.sub(ROOM);
    ada.send({ t: "bye" });
    await world.after(100);
    expect(bob.all("pres")).toEqual([]);
    while ((bob.frames.at(-1) as { more?: boolean }).more) {
      bob.send({ t: "more", r: 9 });
      await world.after(0);
    }
    expect(bob.all("pres")).toHaveLength(1);
    expect(bob.frames.at(-1)?.t).toBe("pres");
    expect([...viewOf(ROOM, bob).keys()].sort()).toEqual([bob.welcome.conn, cyd.welcome.conn].sort());
  });

  test("shares its flush with others who come at the same time", async () => {
    const world = createWorld({ bounds: { admittedPerSecond: 0 } });
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    await world.after(100);
    ada.clear();
    const crowd = await Promise.all(Array.from({ length: 200 }, (_, index) => world.join(`user${index}`)));
    for (const client of crowd) client.send({ t: "sub", r: 1, c: ROOM });
    await world.after(200);
    expect(ada.all("pres").length).toBeLessThan(3);
    expect(viewOf(ROOM, crowd[199] as FakeClient).size).toBe(201);
  });

  test("gets a crowd in pieces", async () => {
    const world = createWorld({ bounds: { admittedPerSecond: 0 } });
    const crowd = await Promise.all(Array.from({ length: 300 }, (_, index) => world.join(`user${index}`)));
    for (const client of crowd)
      client.send({ t: "sub", r: 1, c: ROOM, p: { status: "online", customState: { text: "x".repeat(500) } } });
    await world.after(200);
    const last = await world.join("late");
    await last.sub(ROOM);
    expect(last.all("chunk").length).toBeGreaterThan(1);
    expect(viewOf(ROOM, last).size).toBe(301);
  });
});
