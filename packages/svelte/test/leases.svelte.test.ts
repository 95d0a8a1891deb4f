import { isRealtimeError } from "@attune/core";
import { useChannel, useConnection, usePresence, useRealtime, useTyping } from "@attune/svelte";
import { flushSync } from "svelte";
import { describe, expect, it } from "vitest";
import { createWorld, namesOf, OTHER_ROOM, ROOM, show } from "./harness.js";

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("the lease", () => {
  it("is taken after mount, not while setting up", async () => {
    const { client, joined, settle } = createWorld();
    const ann = client("Ann");
    let phase: string | undefined;
    show(ann, () => {
      const { status } = useChannel(ROOM);
      phase = status.current.phase;
    });
    expect(phase).toBe("idle");
    await settle();
    expect(joined(ROOM)).toEqual(["Ann"]);
  });

  it("is one subscription for two components, and one unmounting leaves the other's", async () => {
    const { client, hub, joined, settle } = createWorld();
    const ann = client("Ann");
    const first = show(ann, () => usePresence(ROOM));
    const second = show(
      ann,
      () => usePresence(ROOM),
      ({ members }) => namesOf(members.current),
    );
    await settle();
    expect(hub.received.filter(({ type }) => type === "attach")).toHaveLength(1);
    first.unmount();
    await settle(1_000);
    expect(joined(ROOM)).toEqual(["Ann"]);
    client("Bob").channel(ROOM).join();
    await settle();
    expect(second.text()).toBe("Ann Bob");
    second.unmount();
    await settle(1_000);
    expect(joined(ROOM)).toEqual(["Bob"]);
  });

  it("leaves the old channel and joins the new when a getter changes", async () => {
    const { client, joined, settle } = createWorld();
    client("Bob").channel(ROOM).join();
    client("Cem").channel(OTHER_ROOM).join();
    let room = $state(ROOM);
    const { text } = show(
      client("Ann"),
      () => usePresence(() => room),
      ({ others }) => namesOf(others.current),
    );
    await settle();
    expect(text()).toBe("Bob");
    room = OTHER_ROOM;
    flushSync();
    expect(text()).toBe("");
    await settle(1_000);
    expect(text()).toBe("Cem");
    expect(joined(ROOM)).toEqual(["Bob"]);
    expect(joined(OTHER_ROOM)).toEqual(["Cem", "Ann"]);
  });

  it("stays when a getter gives the same channel again", async () => {
    const { client, hub, settle } = createWorld();
    let id = $state.raw({ room: 1 });
    show(client("Ann"), () => usePresence(() => `presence:room:${id.room}`));
    await settle();
    hub.received.length = 0;
    id = { room: 1 };
    await settle(1_000);
    expect(hub.received.filter(({ type }) => type === "attach" || type === "detach")).toEqual([]);
  });

  it("leaves no ghost when the component goes while joining", async () => {
    const { client, hub, joined, settle } = createWorld();
    hub.latencyMs = 200;
    const { unmount } = show(client("Ann"), () => usePresence(ROOM));
    await settle(100);
    unmount();
    await settle(2_000);
    expect(joined(ROOM)).toEqual([]);
    expect(hub.members(ROOM)).toEqual([]);
  });

  it("leaves no listener, member or timer behind, however often components come and go", async () => {
    const { client, clock, hub, joined, settle } = createWorld();
    const ann = client("Ann");
    const room = ann.channel(ROOM);
    const use = () => [usePresence(ROOM), useTyping(ROOM), useChannel(ROOM), useConnection()];
    const kept = show(ann, () => useConnection());
    await settle();
    for (let i = 0; i < 200; i++) {
      const { unmount } = show(ann, use);
      if (i % 20 === 0) await settle();
      unmount();
    }
    kept.unmount();
    await settle(1_000);
    const atoms = [room.$members, room.$me, room.$typing, room.$status, ann.$connection];
    expect(atoms.map(({ lc }) => lc)).toEqual([0, 0, 0, 0, 0]);
    expect(joined(ROOM)).toEqual([]);
    expect(hub.members(ROOM)).toEqual([]);
    ann.dispose();
    await settle(10_000);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("the service", () => {
  it("is missed with a hint where no component further up provides it", () => {
    const error = errorOf(() => show(undefined, useRealtime));
    expect(isRealtimeError(error, "missing-context") && error.hint).toContain("provide");
  });

  it("refuses a name that is no channel where it is given", () => {
    const { client } = createWorld();
    const { result: error } = show(client("Ann"), () => errorOf(() => usePresence("room 1")));
    expect(isRealtimeError(error, "invalid-channel")).toBe(true);
  });
});
