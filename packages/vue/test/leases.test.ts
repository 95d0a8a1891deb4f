import { isRealtimeError } from "@attune/core";
import { realtimePlugin, useChannel, useConnection, usePresence, useRealtime, useTyping } from "@attune/vue";
import { describe, expect, it } from "vitest";
import { createApp, effectScope, nextTick, ref } from "vue";
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
      phase = status.value.phase;
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
      ({ members }) => namesOf(members.value),
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

  it("leaves the old channel and joins the new when a ref changes", async () => {
    const { client, joined, settle } = createWorld();
    client("Bob").channel(ROOM).join();
    client("Cem").channel(OTHER_ROOM).join();
    const room = ref(ROOM);
    const { text } = show(
      client("Ann"),
      () => usePresence(() => room.value),
      ({ others }) => namesOf(others.value),
    );
    await settle();
    expect(text()).toBe("Bob");
    room.value = OTHER_ROOM;
    await nextTick();
    expect(text()).toBe("");
    await settle(1_000);
    expect(text()).toBe("Cem");
    expect(joined(ROOM)).toEqual(["Bob"]);
    expect(joined(OTHER_ROOM)).toEqual(["Cem", "Ann"]);
  });

  it("stays when a getter gives the same channel again", async () => {
    const { client, hub, settle } = createWorld();
    const id = ref({ room: 1 });
    show(client("Ann"), () => usePresence(() => `presence:room:${id.value.room}`));
    await settle();
    hub.received.length = 0;
    id.value = { room: 1 };
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
  it("is found in any effect scope that knows the app, and released with the scope", async () => {
    const { client, joined, settle } = createWorld();
    const app = createApp({}).use(realtimePlugin(client("Ann")));
    const scope = effectScope();
    const presence = app.runWithContext(() => scope.run(() => usePresence(ROOM)));
    await settle();
    expect(namesOf(presence?.members.value ?? [])).toBe("Ann");
    scope.stop();
    await settle(1_000);
    expect(joined(ROOM)).toEqual([]);
  });

  it("is missed with a hint where no plugin is installed, and outside of setup", () => {
    const app = createApp({});
    for (const error of [errorOf(() => app.runWithContext(useRealtime)), errorOf(useRealtime)]) {
      expect(isRealtimeError(error, "missing-context") && error.hint).toContain("plugin");
    }
  });

  it("refuses a name that is no channel where it is given", () => {
    const { client } = createWorld();
    const app = createApp({}).use(realtimePlugin(client("Ann")));
    const error = errorOf(() => app.runWithContext(() => usePresence("room 1")));
    expect(isRealtimeError(error, "invalid-channel")).toBe(true);
  });
});
