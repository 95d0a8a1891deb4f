/** The leader goes, in every way that a tab can: another takes its place, and nothing is lost or doubled. */
import { describe, expect, test } from "vitest";
import { NEWS, openGroup as group, type OpenTab, ROOM } from "../support/tab-world.js";

const CALM_MS = 500;

const ends: Readonly<Record<string, (leader: OpenTab) => void>> = {
  "is closed by its user": ({ env }) => env.page.set("frozen"),
  crashes: (leader) => leader.crash(),
  disconnects: ({ realtime }) => void realtime.disconnect(),
  "is disposed": ({ realtime }) => realtime.dispose(),
};

describe.each(Object.entries(ends))("the leader %s", (_, end) => {
  test.each(["offset", "cursor"] as const)(
    "and the others go on within half a second, without a gap (%s)",
    async (recovery) => {
      const { leader, followers, heard, hub, settle } = await group(3, { recovery });
      const gaps: string[] = [];
      for (const { realtime } of followers) realtime.on("sync_requested", ({ channel }) => gaps.push(channel));
      hub.publish(NEWS, "message", 1);
      await settle();
      end(leader);
      hub.publish(NEWS, "message", 2);
      const acks = followers.map(({ realtime }, n) => realtime.publish(NEWS, "message", `from ${n}`));
      await settle(CALM_MS);
      hub.publish(NEWS, "message", 3);
      await settle();
      await Promise.all(acks);
      for (const list of heard.slice(1)) {
        expect(list.filter((data) => typeof data === "number")).toEqual([1, 2, 3]);
        expect([...list].map(String).sort()).toEqual(["1", "2", "3", "from 0", "from 1"]);
      }
      expect(heard[1]).toEqual(heard[2]);
      expect(gaps).toEqual([]);
      expect(hub.clients).toHaveLength(1);
      expect(hub.subscribers(NEWS)).toHaveLength(1);
    },
  );

  test("and nobody sees the member leave or come", async () => {
    const { leader, followers, open, settle, hub } = await group();
    const bob = open("bob");
    bob.realtime.channel(ROOM).join();
    for (const { realtime } of [leader, ...followers]) realtime.channel(ROOM).join();
    await settle();
    const notices: string[] = [];
    bob.realtime.presence(ROOM).onJoin(({ userId }) => notices.push(`+${userId}`));
    bob.realtime.presence(ROOM).onLeave(({ userId }) => notices.push(`-${userId}`));
    end(leader);
    await settle(20_000);
    expect(notices).toEqual([]);
    expect(hub.members(ROOM).map(({ user }) => user.userId)).toEqual(["bob", "ada"]);
  });
});

test("a leader that hangs is replaced after three beats, and what it says afterwards is not believed", async () => {
  const { leader, followers, heard, hub, settle } = await group();
  leader.hang();
  hub.publish(NEWS, "message", 1);
  await settle(4_500);
  for (const { realtime } of followers) expect(realtime.getConnectionState()).toBe("connected");
  expect(heard.slice(1)).toEqual([[1], [1]]);
  hub.publish(NEWS, "message", 2);
  await settle();
  leader.wake();
  await settle(CALM_MS);
  hub.publish(NEWS, "message", 3);
  await settle();
  expect(heard).toEqual([
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
  ]);
  expect(hub.clients).toHaveLength(1);
});

test("what a leader that was replaced still says is heard by nobody: no old signal, and no end of its connection", async () => {
  const { leader, followers, open, hub, settle } = await group();
  const bob = open("bob");
  for (const { realtime } of [bob, leader, ...followers]) realtime.channel(ROOM).join();
  await settle();
  const $pointers = followers.map(({ realtime }) => realtime.channel(ROOM).signals("pointer"));
  leader.hang();
  bob.realtime.signal(ROOM, "pointer", "old");
  await settle();
  hub.cut(leader.client);
  await settle(4_500);
  bob.realtime.signal(ROOM, "pointer", "new");
  await settle();
  const states: string[] = [];
  for (const { realtime } of followers) realtime.$connection.listen(({ status }) => states.push(status));
  leader.wake();
  await settle(CALM_MS);
  expect($pointers.map(($pointer) => $pointer.get())).toMatchObject([[{ value: "new" }], [{ value: "new" }]]);
  expect(states).toEqual([]);
});

test("the last tab says goodbye when it disconnects, and others see it leave at once", async () => {
  const { leader, followers, open, settle } = await group(2);
  const bob = open("bob");
  bob.realtime.channel(ROOM).join();
  for (const { realtime } of [leader, ...followers]) realtime.channel(ROOM).join();
  await settle();
  const members = () =>
    bob.realtime
      .presence(ROOM)
      .getMembers()
      .map(({ userId }) => userId)
      .sort();
  await leader.realtime.disconnect();
  await settle(6_000);
  expect(members()).toEqual(["ada", "bob"]);
  await followers[0]?.realtime.disconnect();
  await settle();
  expect(members()).toEqual(["bob"]);
});

test("a connection that is lost is lost for all, and one of them brings it back", async () => {
  const { leader, tabs, hub, heard, settle } = await group(5);
  hub.cut(leader.client);
  await settle(5);
  hub.publish(NEWS, "message", 1);
  await settle(2_000);
  expect(tabs.map(({ realtime }) => realtime.getConnectionState())).toEqual(tabs.map(() => "connected"));
  expect(heard).toEqual(tabs.map(() => [1]));
  expect(hub.clients).toHaveLength(1);
});

test("a server that is away is asked no oftener than each tab by itself would", async () => {
  const { leader, tabs, hub, settle } = await group(5);
  hub.refuse();
  hub.received.length = 0;
  hub.cut(leader.client);
  // Not even once before the shortest wait, though each of them is next in the queue for the lock.
  await settle(90);
  expect(hub.received.filter(({ type }) => type === "connect")).toEqual([]);
  await settle(10_000);
  const attempts = hub.received.filter(({ type }) => type === "connect").length;
  // From 100 ms, doubling to a second: some fourteen attempts of each in ten seconds.
  expect(attempts).toBeLessThanOrEqual(14 * tabs.length);
  hub.accept();
  await settle(3_000);
  expect(hub.clients).toHaveLength(1);
  expect(tabs.map(({ realtime }) => realtime.getConnectionState())).toEqual(tabs.map(() => "connected"));
});

test("a line that goes silent is noticed by a visible follower of a hidden leader", async () => {
  const { leader, followers, hub, settle } = await group();
  leader.env.page.set("hidden");
  await settle(6_000);
  hub.stall();
  await settle(10_000);
  const states = (): string[] => [leader, ...followers].map(({ realtime }) => realtime.getConnectionState());
  expect(states()).toEqual(["reconnecting", "reconnecting", "reconnecting"]);
  hub.resume();
  await settle(3_000);
  expect(states()).toEqual(["connected", "connected", "connected"]);
  expect(hub.clients).toHaveLength(1);
});

test("a hole in the messages is filled for all tabs by one join", async () => {
  const { hub, heard, settle, tabs } = await group();
  hub.received.length = 0;
  hub.publish(NEWS, "message", 1);
  hub.dropNextMessage();
  hub.publish(NEWS, "message", 2);
  hub.publish(NEWS, "message", 3);
  await settle(3_000);
  expect(heard).toEqual(tabs.map(() => [1, 2, 3]));
  expect(hub.received.filter(({ type }) => type === "attach")).toHaveLength(1);
});

test("a tab that comes back from far behind is served from the history, without a gap", async () => {
  const { hub, followers, leader, heard, settle } = await group();
  const [sleeper] = followers;
  const gaps: string[] = [];
  sleeper?.realtime.on("sync_requested", ({ channel }) => gaps.push(channel));
  hub.publish(NEWS, "message", 0);
  await settle();
  sleeper?.env.page.set("frozen");
  for (let n = 1; n <= 150; n += 1) hub.publish(NEWS, "message", n);
  await settle();
  leader.crash();
  await settle(CALM_MS);
  hub.received.length = 0;
  sleeper?.env.page.set("visible");
  await settle(2_000);
  expect(heard[1]).toEqual(Array.from({ length: 151 }, (_, n) => n));
  expect(gaps).toEqual([]);
  expect(hub.received.filter(({ type }) => type === "attach")).toHaveLength(0);
});

test("what the history does not have any more is said to be missing, to that tab alone", async () => {
  const { hub, followers, leader, settle } = await group(4);
  const [sleeper, second, third] = followers as [OpenTab, OpenTab, OpenTab];
  const gaps: string[] = [];
  for (const { realtime, client } of followers) realtime.on("sync_requested", () => gaps.push(client));
  hub.publish(NEWS, "message", 0);
  await settle();
  sleeper.env.page.set("frozen");
  leader.crash();
  await settle(CALM_MS);
  for (const n of [1, 2]) hub.publish(NEWS, "message", n);
  await settle();
  // The third one's log begins after what the sleeper has.
  second.crash();
  await settle(CALM_MS);
  expect(hub.clients).toEqual([third.client]);
  hub.trim(NEWS, 1);
  sleeper.env.page.set("visible");
  await settle(2_000);
  expect(gaps).toEqual([sleeper.client]);
});

test("a lock that is stolen from a tab that did not know that it had it leaves that tab in the group", async () => {
  const { hub, followers, leader, settle } = await group(4);
  followers[0]?.hang();
  leader.crash();
  await settle(5_000);
  followers[0]?.wake();
  await settle(2_000);
  expect(hub.clients).toHaveLength(1);
});

test("a tab whose user has changed does not take over the connection of the others", async () => {
  let who = "ada";
  const { leader, open, hub, settle } = await group(1);
  const changing = open("ada", { auth: () => who });
  await settle();
  void changing.realtime.connect();
  await settle();
  const other = open("ada");
  void other.realtime.connect();
  await settle();
  expect(hub.clients).toHaveLength(1);
  who = "eve";
  leader.crash();
  await settle(3_000);
  expect(hub.clients).toHaveLength(2);
  expect(hub.received.filter(({ type, client }) => type === "connect" && client === other.client)).toHaveLength(1);
});

test("a user who changes in one tab does not take the others along", async () => {
  let who = "ada";
  const { leader, open, hub, settle } = await group(1, { auth: () => who });
  const second = open("ada", { auth: () => "ada" });
  void second.realtime.connect();
  await settle();
  expect(hub.clients).toHaveLength(1);
  who = "eve";
  hub.cut(leader.client);
  await settle(3_000);
  expect(hub.clients).toHaveLength(2);
});
