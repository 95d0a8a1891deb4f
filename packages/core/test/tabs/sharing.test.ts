/** Tabs of one user share one connection, and each sees what it would see with its own. */
import { sharedTabs } from "@attune/core/tabs";
import { createMemoryHub, memoryDriver } from "@attune/testing";
import { expect, test } from "vitest";
import { createBrowser } from "../support/tab-browser.js";
import { createTabWorld, NEWS, ROOM } from "../support/tab-world.js";

test("twenty tabs hold one connection and one subscription, and each gets every message once", async () => {
  const { open, hub, settle } = createTabWorld();
  const tabs = Array.from({ length: 20 }, () => open("ada"));
  const heard = tabs.map((tab) => tab.hear(NEWS));
  await settle();
  expect(hub.clients).toHaveLength(1);
  expect(hub.subscribers(NEWS)).toHaveLength(1);
  hub.publish(NEWS, "message", 1);
  void tabs[7]?.realtime.publish(NEWS, "message", 2);
  await settle();
  for (const list of heard) expect(list).toEqual([1, 2]);
  const ids = tabs.map(({ realtime }) => (realtime.$connection.get() as { connectionId: string }).connectionId);
  expect(new Set(ids).size).toBe(1);
});

test("a tab that comes to an open connection is told so once", async () => {
  const { open, settle } = createTabWorld();
  const [one, two] = [open("ada"), open("ada")];
  await Promise.all([one.realtime.connect(), settle()]);
  await Promise.all([two.realtime.connect(), settle()]);
  expect([one.outOfTurn, two.outOfTurn]).toEqual([[], []]);
});

test("a tab that opens later begins with the same recent messages", async () => {
  const { open, hub, settle } = createTabWorld();
  for (let n = 1; n <= 80; n += 1) hub.publish(NEWS, "message", n);
  const first = open("ada");
  first.hear(NEWS);
  await settle();
  hub.publish(NEWS, "message", 81);
  await settle();
  const second = open("ada");
  second.hear(NEWS);
  await settle();
  const shown = second.realtime.channel(NEWS).messages("message").get();
  expect(shown.map((item) => item.type === "message" && item.data)).toEqual(
    Array.from({ length: 50 }, (_, n) => n + 32),
  );
  expect(hub.received.filter(({ type }) => type === "attach")).toHaveLength(1);
});

test("tabs of different users never share", async () => {
  const { open, hub, settle } = createTabWorld();
  const [ada, bob] = [open("ada"), open("bob")];
  void ada.realtime.connect();
  void bob.realtime.connect();
  await settle();
  expect(hub.clients).toHaveLength(2);
  expect(bob.realtime.$connection.get()).toMatchObject({ user: { userId: "bob" } });
});

test("without a token nobody can tell who it is, and each tab has its own connection", async () => {
  const { open, hub, settle } = createTabWorld();
  for (const tab of [open("ada", { auth: () => undefined }), open("ada", { auth: () => undefined })])
    void tab.realtime.connect();
  await settle();
  expect(hub.clients).toHaveLength(2);
});

test("tokens of one subject share, though each is another", async () => {
  const { open, hub, settle } = createTabWorld();
  const jwt = (sub: string, jti: number): string => `h.${btoa(JSON.stringify({ iss: "me", sub, jti }))}.s`;
  for (let n = 1; n <= 3; n += 1) void open("ada", { auth: jwt("ada", n) }).realtime.connect();
  void open("bob", { auth: jwt("bob", 1) }).realtime.connect();
  await settle();
  expect(hub.clients).toHaveLength(2);
});

test("where locks or channels are missing it is the driver itself", () => {
  const driver = memoryDriver(createMemoryHub());
  expect(sharedTabs(driver)).toBe(driver);
  expect(sharedTabs(driver, { env: undefined })).toBe(driver);
});

test("locks that are refused leave each tab its own connection", async () => {
  const { open, hub, settle, clock } = createTabWorld();
  const refusing = createBrowser(clock);
  const tabOf = refusing.tab;
  refusing.tab = () => {
    const tab = tabOf();
    return { ...tab, env: { ...tab.env, locks: { request: () => Promise.reject(new Error("SecurityError")) } } };
  };
  for (const tab of [open("ada", { browser: refusing }), open("ada", { browser: refusing })])
    void tab.realtime.connect();
  await settle();
  expect(hub.clients).toHaveLength(2);
});

test("the last tab to leave a channel leaves it at the provider", async () => {
  const { open, hub, settle } = createTabWorld();
  const [one, two] = [open("ada"), open("ada")];
  const leaves = [one, two].map(({ realtime }) => realtime.channel(NEWS).join());
  await settle();
  leaves[0]?.();
  await settle(1_000);
  expect(hub.subscribers(NEWS)).toHaveLength(1);
  leaves[1]?.();
  await settle(1_000);
  expect(hub.subscribers(NEWS)).toHaveLength(0);
});

test("a tab that crashes gives its channels back", async () => {
  const { open, hub, settle } = createTabWorld();
  const [one, two] = [open("ada"), open("ada")];
  one.hear(NEWS);
  await settle();
  two.hear("private:room:1");
  await settle();
  expect(hub.subscribers("private:room:1")).toHaveLength(1);
  two.crash();
  await settle();
  expect(hub.subscribers("private:room:1")).toHaveLength(0);
});

test("several tabs are one connection of one member: the strongest status, and the custom state that was set last", async () => {
  const { open, settle } = createTabWorld();
  const bob = open("bob");
  bob.realtime.channel(ROOM).join();
  const notices: string[] = [];
  bob.realtime.presence(ROOM).onJoin(({ userId }) => notices.push(`+${userId}`));
  bob.realtime.presence(ROOM).onLeave(({ userId }) => notices.push(`-${userId}`));
  const [one, two] = [open("ada"), open("ada")];
  const leave = one.realtime.channel(ROOM).join();
  await settle();
  one.realtime.setPresenceState(ROOM, { status: "away", customState: { mood: "calm" } });
  await settle();
  two.realtime.channel(ROOM).join();
  await settle();
  const ada = () =>
    bob.realtime
      .presence(ROOM)
      .getMembers()
      .find(({ userId }) => userId === "ada");
  expect(ada()).toMatchObject({ status: "online", connections: [{}] });
  two.realtime.setPresenceState(ROOM, { status: "busy", customState: { mood: "wild" } });
  await settle();
  expect(ada()).toMatchObject({ status: "away", customState: { mood: "wild" }, connections: [{}] });
  leave();
  await settle(1_000);
  expect(ada()).toMatchObject({ status: "busy", customState: { mood: "wild" } });
  expect(notices.filter((notice) => notice !== "+bob")).toEqual(["+ada"]);
});

test("a tab that comes back says what it said before, and not the latest word", async () => {
  const { open, settle } = createTabWorld();
  const [bob, one, two] = [open("bob"), open("ada"), open("ada")];
  for (const { realtime } of [bob, one, two]) realtime.channel(ROOM).join();
  await settle();
  for (const [tab, mood] of [
    [two, "calm"],
    [one, "wild"],
  ] as const) {
    tab.realtime.setPresenceState(ROOM, { customState: { mood } });
    await settle();
  }
  two.env.page.set("frozen");
  await settle(1_000);
  two.env.page.set("visible");
  await settle(1_000);
  expect(two.realtime.getConnectionState()).toBe("connected");
  const ada = bob.realtime
    .presence(ROOM)
    .getMembers()
    .find(({ userId }) => userId === "ada");
  expect(ada).toMatchObject({ customState: { mood: "wild" } });
});

test("the signals of a tab that is gone are over, though the connection lives", async () => {
  const { open, settle } = createTabWorld();
  const bob = open("bob");
  const $pointer = bob.realtime.channel(ROOM).signals("pointer");
  bob.realtime.channel(ROOM).join();
  const [one, two] = [open("ada"), open("ada")];
  for (const { realtime } of [one, two]) realtime.channel(ROOM).join();
  await settle();
  two.realtime.signal(ROOM, "pointer", { x: 1 });
  await settle(100);
  expect($pointer.get()).toMatchObject([{ value: { x: 1 }, userId: "ada" }]);
  two.crash();
  await settle(100);
  expect($pointer.get()).toEqual([]);
});

test("what one tab publishes without an echo, the others see once", async () => {
  const { open, settle } = createTabWorld();
  const options = { recovery: "none" } as const;
  const [one, two] = [open("ada", options), open("ada", options)];
  const heard = [one, two].map((tab) => tab.hear(NEWS));
  await settle();
  await Promise.all([two.realtime.publish(NEWS, "message", "mine"), settle()]);
  expect(heard).toEqual([["mine"], ["mine"]]);
});

test("the provider is told visible while any tab is", async () => {
  const { open, hub, settle } = createTabWorld();
  const [one, two] = [open("ada"), open("ada")];
  for (const { realtime } of [one, two]) void realtime.connect();
  await settle();
  const said = () => hub.received.flatMap((each) => (each.type === "visible" ? [each.isVisible] : []));
  const before = said().length;
  one.env.page.set("hidden");
  await settle();
  expect(said().slice(before)).toEqual([]);
  two.env.page.set("hidden");
  await settle();
  expect(said().slice(before)).toEqual([false]);
});
