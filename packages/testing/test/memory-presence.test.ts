import { type PresenceEntry } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import { createMemoryHub, manualClock, memoryDriver, type MemoryDriverOptions } from "../src/index.js";
import { open, type Recording } from "./recording-host.js";

const room = "presence:room:1";

async function setUp(options: MemoryDriverOptions = {}) {
  const clock = manualClock();
  const hub = createMemoryHub({ clock });
  const driverOf = (client: string, over: MemoryDriverOptions = {}) =>
    memoryDriver(hub, { client, ...options, ...over });
  const join = async (driver: ReturnType<typeof driverOf>) => {
    const recording = await open(driver, clock);
    recording.connection.attach(room, { presence: { status: "online" } });
    await clock.advance(0);
    return recording;
  };
  return { clock, hub, driverOf, join };
}

/** The map as a host sees it, after every snapshot and delta. */
function membersOf(recording: Recording): string[] {
  let map = new Map<string, PresenceEntry>();
  let revision = 0;
  for (const [, , change] of recording.all("presence")) {
    if (change.kind === "snapshot") map = new Map(change.entries.map((entry) => [entry.connectionId, entry]));
    else {
      expect(change.from).toBe(revision);
      for (const id of change.removed) map.delete(id);
      for (const entry of change.set) map.set(entry.connectionId, entry);
    }
    revision = change.revision;
  }
  return Array.from(map.values(), ({ user, state }) => `${user.userId} ${state.status}`).sort();
}

test("a snapshot has everybody, the one who joins too; the others get a delta", async () => {
  const { driverOf, join } = await setUp();
  const ada = await join(driverOf("ada"));
  const bob = await join(driverOf("bob"));
  expect(bob.all("presence")).toHaveLength(1);
  expect(membersOf(bob)).toEqual(["ada online", "bob online"]);
  expect(membersOf(ada)).toEqual(membersOf(bob));
});

test("a change of state reaches everybody, its owner too", async () => {
  const { driverOf, join, clock } = await setUp();
  const ada = await join(driverOf("ada"));
  const bob = await join(driverOf("bob"));
  ada.connection.setPresence(room, { status: "busy" });
  await clock.advance(0);
  for (const recording of [ada, bob]) expect(membersOf(recording)).toEqual(["ada busy", "bob online"]);
});

test("a user in two tabs has one time of joining", async () => {
  const { driverOf, join, clock, hub } = await setUp();
  const user = { userId: "ada", name: "Ada" };
  await join(driverOf("first tab", { user }));
  await clock.advance(1_000);
  await join(driverOf("second tab", { user }));
  const [first, second] = hub.members(room);
  expect(second?.joinedAtMs).toBe(first?.joinedAtMs);
  expect(second?.updatedAtMs).toBe(clock.now());
});

test("a channel without presence says nothing of it", async () => {
  const { driverOf, clock } = await setUp();
  const ada = await open(driverOf("ada"), clock);
  ada.connection.attach("private:room:1", {});
  await clock.advance(0);
  expect(ada.all("presence")).toEqual([]);
});

test("a leave and a goodbye are seen at once", async () => {
  const { driverOf, join, clock } = await setUp();
  const watcher = await join(driverOf("watcher"));
  const ada = await join(driverOf("ada"));
  const bob = await join(driverOf("bob"));
  ada.connection.detach(room);
  bob.connection.close(true);
  await clock.advance(0);
  expect(membersOf(watcher)).toEqual(["watcher online"]);
});

test("while settling, a join says so", async () => {
  const { driverOf, join, hub } = await setUp();
  hub.settling = true;
  const ada = await join(driverOf("ada"));
  expect(ada.last("attached")?.[2].settling).toBe(true);
});

describe.each(["server", "driver"] as const)("grace by the %s", (presence) => {
  test("shows a loss only after the grace", async () => {
    const { driverOf, join, clock, hub } = await setUp({ presence });
    const watcher = await join(driverOf("watcher"));
    await join(driverOf("ada"));
    hub.cut("ada");
    await clock.advance(4_999);
    expect(membersOf(watcher)).toEqual(["ada online", "watcher online"]);
    await clock.advance(1);
    expect(membersOf(watcher)).toEqual(["watcher online"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("shows nothing of a member who is back in time", async () => {
    const { driverOf, join, clock, hub } = await setUp({ presence });
    const watcher = await join(driverOf("watcher"));
    const driver = driverOf("ada");
    await join(driver);
    hub.cut("ada");
    await clock.advance(4_000);
    await join(driver);
    await clock.advance(10_000);
    expect(membersOf(watcher)).toEqual(["ada online", "watcher online"]);
    expect(clock.pendingTimers).toBe(0);
  });
});

test("without grace of its own the hub shows a loss at once, and a return under another connection", async () => {
  const { driverOf, join, clock, hub } = await setUp({ presence: "core" });
  const watcher = await join(driverOf("watcher"));
  const driver = driverOf("ada");
  await join(driver);
  hub.cut("ada");
  await clock.advance(0);
  expect(membersOf(watcher)).toEqual(["watcher online"]);
  const again = await join(driver);
  expect(again.last("opened")?.[1].connectionId).toBe("connection-3");
});

test("a returning connection is taken over, whatever became of the old one", async () => {
  const { driverOf, join, clock, hub } = await setUp();
  const driver = driverOf("ada");
  const first = await join(driver);
  hub.stall("ada");
  first.connection.close(false);
  hub.resume("ada");
  const second = await join(driver);
  expect(second.last("opened")?.[1].connectionId).toBe("connection-1");
  await clock.advance(10_000);
  expect(hub.clients).toEqual(["ada"]);
  expect(hub.members(room)).toHaveLength(1);
});

test("who said goodbye comes back as somebody new", async () => {
  const { driverOf, join, clock } = await setUp();
  const driver = driverOf("ada");
  const first = await join(driver);
  first.connection.close(true);
  await clock.advance(0);
  const second = await join(driver);
  expect(second.last("opened")?.[1].connectionId).toBe("connection-2");
});

test("a grace of the driver ends with its connection", async () => {
  const { driverOf, join, clock, hub } = await setUp({ presence: "driver" });
  const watcher = await join(driverOf("watcher"));
  await join(driverOf("ada"));
  hub.cut("ada");
  await clock.advance(0);
  expect(clock.pendingTimers).toBe(1);
  watcher.connection.close(true);
  await clock.advance(0);
  expect(clock.pendingTimers).toBe(0);
});

test("a connection that was never closed is forgotten when its client is back", async () => {
  const { driverOf, join, clock, hub } = await setUp();
  const driver = driverOf("ada");
  const first = await join(driver);
  const { length } = first.said;
  await join(driver);
  hub.publish(room, "message", 1);
  await clock.advance(0);
  expect(hub.clients).toEqual(["ada"]);
  expect(hub.subscribers(room)).toEqual(["ada"]);
  expect(first.said).toHaveLength(length);
});

test("a member who was lost while the driver was away is not in the next snapshot", async () => {
  const { driverOf, join, clock, hub } = await setUp({ presence: "driver" });
  const watcherDriver = driverOf("watcher");
  await join(watcherDriver);
  await join(driverOf("ada"));
  hub.cut();
  await clock.advance(0);
  const watcher = await join(watcherDriver);
  expect(membersOf(watcher)).toEqual(["watcher online"]);
});
