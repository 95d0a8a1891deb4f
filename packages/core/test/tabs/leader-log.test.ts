/** What the leader keeps of a channel serves the other tabs as a join of their own would. */
import { expect, test } from "vitest";
import { createTabWorld, NEWS, openGroup, type OpenTab, ROOM } from "../support/tab-world.js";

/** A number for each gap that a tab is told of. */
function gapsOf(tabs: readonly OpenTab[]): number[] {
  const gaps: number[] = [];
  tabs.forEach(({ realtime }, index) => realtime.on("sync_requested", () => gaps.push(index)));
  return gaps;
}

test("a tab that joins while its leader still does waits for it, and is told of no gap", async () => {
  const { open, settle } = createTabWorld({ latencyMs: 20 });
  const tabs = [open("ada", { recovery: "none" }), open("ada", { recovery: "none" })];
  const gaps = gapsOf(tabs);
  for (const tab of tabs) tab.hear(NEWS);
  await settle(500);
  expect(gaps).toEqual([]);
  expect(tabs.map(({ realtime }) => realtime.channel(NEWS).$status.get()?.continuity)).toEqual(["live", "live"]);
});

test("a message that came twice takes nobody's place among the recent ones of a later tab", async () => {
  const { open, hub, settle } = createTabWorld();
  open("ada").hear(NEWS);
  await settle();
  for (let n = 1; n <= 60; n += 1) {
    if (n === 55) hub.doubleNextMessage();
    hub.publish(NEWS, "message", n);
  }
  await settle();
  const later = open("ada");
  later.hear(NEWS);
  await settle();
  const shown = later.realtime.channel(NEWS).messages("message").get();
  expect(shown.map((item) => item.type === "message" && item.data)).toEqual(
    Array.from({ length: 50 }, (_, n) => n + 11),
  );
});

test("a new leader's log begins where its own tab stood: who stood there too needs no history", async () => {
  const { hub, followers, leader, heard, settle } = await openGroup();
  const gaps = gapsOf(followers);
  hub.publish(NEWS, "message", 0);
  await settle();
  followers[0]?.env.page.set("frozen");
  leader.crash();
  // Comes with the new leader's join, and not after it.
  hub.publish(NEWS, "message", 1);
  await settle(500);
  hub.publish(NEWS, "message", 2);
  await settle();
  hub.trim(NEWS);
  followers[0]?.env.page.set("visible");
  await settle(2_000);
  expect(heard[1]).toEqual([0, 1, 2]);
  expect(gaps).toEqual([]);
});

test("a join that fills a hole continues the log: who stood before it needs no history", async () => {
  const { hub, followers, heard, settle } = await openGroup();
  const gaps = gapsOf(followers);
  hub.publish(NEWS, "message", 0);
  await settle();
  followers[0]?.env.page.set("frozen");
  hub.publish(NEWS, "message", 1);
  hub.dropNextMessage();
  for (const n of [2, 3]) hub.publish(NEWS, "message", n);
  await settle(3_000);
  hub.trim(NEWS);
  followers[0]?.env.page.set("visible");
  await settle(2_000);
  expect(heard).toEqual([0, 1, 2].map(() => [0, 1, 2, 3]));
  expect(gaps).toEqual([]);
});

test("who stood where the log began gets nothing older, though another tab needed that", async () => {
  const { hub, open, followers, leader, heard, settle } = await openGroup(3, { recovery: "cursor" });
  hub.publish(NEWS, "message", 0);
  await settle();
  followers[0]?.env.page.set("frozen");
  for (let n = 1; n <= 150; n += 1) hub.publish(NEWS, "message", n);
  await settle();
  const late = open("ada", { recovery: "cursor" });
  const heardLate = late.hear(NEWS);
  await settle();
  late.env.page.set("frozen");
  leader.crash();
  await settle(500);
  hub.publish(NEWS, "message", 151);
  await settle();
  followers[0]?.env.page.set("visible");
  await settle(2_000);
  late.env.page.set("visible");
  await settle(2_000);
  expect(heard[1]).toEqual(Array.from({ length: 152 }, (_, n) => n));
  expect(heardLate).toEqual([151]);
});

test("a page of history that repeats what is here, because the provider lost its log, changes no order", async () => {
  const { hub, open, leader, settle } = await openGroup(2, { recovery: "cursor" });
  hub.publish(NEWS, "message", 0);
  await settle();
  leader.crash();
  await settle(500);
  hub.publish(NEWS, "message", 1);
  hub.newEpoch(NEWS);
  hub.publish(NEWS, "message", 2);
  await settle();
  const later = open("ada", { recovery: "cursor" });
  later.hear(NEWS);
  await settle();
  const shown = later.realtime.channel(NEWS).messages("message").get();
  expect(shown.map((item) => item.type === "message" && item.data)).toEqual([1, 2]);
});

test("a tab that waits for the members after a hole gets them, though the tab that was to ask for them leaves", async () => {
  const { open, hub, settle } = createTabWorld();
  const [bob, one, two] = [open("bob"), open("ada"), open("ada")];
  bob.realtime.channel(ROOM).join();
  const leave = one.realtime.channel(ROOM).join();
  await Promise.all([two.realtime.connect(), settle()]);
  // Of a second hole in a row a tab complains a second later.
  for (const mood of ["calm", "wild"]) {
    hub.dropNextPresence();
    for (const customState of [{ mood }, { mood: `very ${mood}` }]) {
      bob.realtime.setPresenceState(ROOM, { customState });
      await settle();
    }
  }
  two.realtime.channel(ROOM).join();
  leave();
  await settle(3_000);
  expect(two.realtime.channel(ROOM).$status.get()?.continuity).toBe("live");
  const members = two.realtime.presence(ROOM).getMembers();
  expect(members.map(({ customState }) => customState)).toContainEqual({ mood: "very wild" });
});
