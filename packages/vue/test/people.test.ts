import { useCursors, usePresence, useTyping } from "@attune/vue";
import { describe, expect, it } from "vitest";
import { createWorld, namesOf, ROOM, show } from "./harness.js";

describe("usePresence", () => {
  it("shows everyone on the channel, and the others without me", async () => {
    const { client, settle } = createWorld();
    client("Bob").channel(ROOM).join();
    const { text } = show(
      client("Ann"),
      () => usePresence(ROOM),
      ({ members, others }) => `${namesOf(members.value)} / ${namesOf(others.value)}`,
    );
    expect(text()).toBe("/");
    await settle();
    expect(text()).toBe("Ann Bob / Bob");
  });

  it("keeps self visible while reconnecting, and not among the others", async () => {
    const { client, hub, settle } = createWorld();
    client("Bob").channel(ROOM).join();
    const { text, result } = show(
      client("Ann"),
      () => usePresence(ROOM),
      ({ members, others }) => `${namesOf(members.value)} / ${namesOf(others.value)}`,
    );
    await settle();
    hub.refuse();
    hub.cut("Ann");
    await settle();
    expect(result.members.value.every(({ unconfirmed }) => unconfirmed)).toBe(true);
    expect(text()).toBe("Ann Bob / Bob");
    hub.accept();
    await settle(2_000);
    expect(result.members.value.some(({ unconfirmed }) => unconfirmed)).toBe(false);
    expect(text()).toBe("Ann Bob / Bob");
  });

  it("changes only the keys of my state that are given", async () => {
    const { client, hub, settle } = createWorld();
    const { result, text } = show(
      client("Ann"),
      () => usePresence(ROOM),
      ({ myState }) => JSON.stringify(myState.value),
    );
    result.setMyState({ customState: { mood: "calm" } });
    result.setMyState({ status: "away" });
    await settle();
    expect(text()).toBe('{"status":"away","customState":{"mood":"calm"}}');
    expect(hub.members(ROOM)[0]?.state).toEqual({ status: "away", customState: { mood: "calm" } });
  });

  it("gives core's own objects, not copies or proxies", async () => {
    const { client, settle } = createWorld();
    const ann = client("Ann");
    const { result } = show(ann, () => usePresence(ROOM));
    await settle();
    expect(result.members.value).toBe(ann.channel(ROOM).$members.get());
    expect(result.members.value).toHaveLength(1);
  });
});

describe("useTyping", () => {
  it("says in words who else is typing", async () => {
    const { client, settle } = createWorld();
    const { result, text } = show(
      client("Ann"),
      () => useTyping(ROOM),
      ({ typing, text }) => `${typing.value.length} ${text.value}`,
    );
    const bob = client("Bob").channel(ROOM);
    bob.join();
    await settle();
    expect(text()).toBe("0");
    result.startTyping();
    bob.startTyping();
    await settle();
    expect(text()).toBe("1 Bob is typing…");
    bob.stopTyping();
    await settle();
    expect(text()).toBe("0");
    result.stopTyping();
  });
});

describe("useCursors", () => {
  const element = { getBoundingClientRect: () => ({ left: 100, top: 0, width: 200, height: 100 }) };
  const move = { clientX: 150, clientY: 75, currentTarget: element } as unknown as PointerEvent;

  it("shows where the others point, and takes my pointer away with the element", async () => {
    const { client, settle } = createWorld();
    const ann = client("Ann");
    const bob = client("Bob");
    const seen = show(
      ann,
      () => useCursors(ROOM),
      ({ cursors }) => cursors.value.map(({ name, x, y }) => `${name} ${x} ${y}`).join(),
    );
    bob.channel(ROOM).join();
    const { result, unmount } = show(bob, () => useCursors(ROOM));
    await settle();
    result.handlers.onPointermove(move);
    await settle();
    expect(seen.text()).toBe("Bob 0.25 0.75");
    result.handlers.onPointerleave();
    await settle(50);
    expect(seen.text()).toBe("");
    result.handlers.onPointermove(move);
    await settle(50);
    unmount();
    await settle(50);
    expect(seen.text()).toBe("");
  });

  it("keeps the pointers of two elements on a channel apart by name", async () => {
    const { client, settle } = createWorld();
    const map = show(
      client("Ann"),
      () => useCursors(ROOM, { name: "map" }),
      ({ cursors }) => cursors.value.length,
    );
    const { result } = show(client("Bob"), () => ({ map: useCursors(ROOM, { name: "map" }), list: useCursors(ROOM) }));
    await settle();
    result.list.handlers.onPointermove(move);
    await settle();
    expect(map.text()).toBe("0");
    result.map.handlers.onPointermove(move);
    await settle(50);
    expect(map.text()).toBe("1");
  });
});
