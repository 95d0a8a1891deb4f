import { cursors } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, ROOM } from "../support/world.js";

const element = (left: number, top: number, width: number, height: number) => ({
  getBoundingClientRect: () => ({ left, top, width, height }),
});

async function two(name?: string) {
  const world = createWorld();
  const [mine, theirs] = ["ada", "bob"].map((client) => {
    const channel = world.client(client).realtime.channel(ROOM);
    channel.join();
    return cursors(channel, name === undefined ? {} : { name });
  });
  await world.settle();
  if (!mine || !theirs) throw new Error("two clients");
  theirs.$cursors.listen(() => {});
  return { ...world, mine, theirs };
}

describe("cursors()", () => {
  test("show where the others point, as parts of the element", async () => {
    const { mine, theirs, settle } = await two();
    mine.onPointerMove({ clientX: 150, clientY: 40, currentTarget: element(100, 20, 200, 80) });
    await settle();
    expect(theirs.$cursors.get()).toEqual([
      { connectionId: "connection-1", userId: "ada", name: "ada", x: 0.25, y: 0.25 },
    ]);
    expect(mine.$cursors.get()).toEqual([]);
  });

  test("go when the pointer leaves", async () => {
    const { mine, theirs, clock } = await two();
    mine.onPointerMove({ clientX: 1, clientY: 1, currentTarget: element(0, 0, 2, 2) });
    await clock.advance(50);
    mine.onPointerLeave();
    await clock.advance(50);
    expect(theirs.$cursors.get()).toEqual([]);
  });

  test("are sent in thousandths, to keep the frames short", async () => {
    const { mine, asked, settle } = await two();
    mine.onPointerMove({ clientX: 1, clientY: 2, currentTarget: element(0, 0, 3, 3) });
    await settle();
    expect(asked("signal")).toMatchObject([{ name: "cursor", value: { x: 0.333, y: 0.667 } }]);
  });

  test("make numbers also over an element without a size", async () => {
    const { mine, theirs, settle } = await two();
    mine.onPointerMove({ clientX: 5, clientY: 5, currentTarget: element(5, 5, 0, 0) });
    await settle();
    expect(theirs.$cursors.get()).toMatchObject([{ x: 0, y: 0 }]);
  });

  test("may use a signal of another name", async () => {
    const { mine, asked, settle } = await two("pointer");
    mine.onPointerMove({ clientX: 1, clientY: 1, currentTarget: element(0, 0, 2, 2) });
    await settle();
    expect(asked("signal")).toMatchObject([{ name: "pointer" }]);
  });

  test("leave out values that are no position", async () => {
    const { client, theirs, settle } = await two();
    const cy = client("cy").realtime;
    cy.channel(ROOM).join();
    await settle();
    cy.signal(ROOM, "cursor", "nowhere");
    await settle();
    expect(theirs.$cursors.get()).toEqual([]);
  });
});
