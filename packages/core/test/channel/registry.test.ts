import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Collects what nothing refers to; a WeakRef holds on until the end of the turn. */
async function forget(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
}

describe("a channel that nobody has joined or holds", () => {
  test("is forgotten", async () => {
    const { client } = createWorld();
    const { realtime } = client("ada");
    const weak = new WeakRef(realtime.channel(ROOM));
    await forget();
    expect(weak.deref()).toBe(undefined);
  });

  test("is kept by any of its atoms: a view asked for early is filled by whoever joins later", async () => {
    const { client, hub, settle } = createWorld();
    const { realtime } = client("ada");
    const $messages = realtime.channel(NEWS).messages("headline");
    const $members = realtime.channel(ROOM).$members;
    const $others = realtime.channel("presence:room:2").$others;
    const { $status } = realtime.channel(NEWS);
    await forget();
    realtime.channel(NEWS).join();
    realtime.channel(ROOM).join();
    realtime.channel("presence:room:2").join();
    client("bob").realtime.channel("presence:room:2").join();
    await settle();
    hub.publish(NEWS, "headline", 1);
    await settle();
    expect([$messages.get().length, $members.get().length, $others.get().length, $status.get().phase]).toEqual([
      1,
      1,
      1,
      "joined",
    ]);
  });

  test("is kept by its listeners, which hear whoever joins later", async () => {
    const { client, hub, settle } = createWorld();
    const { realtime } = client("ada");
    const heard: unknown[] = [];
    realtime.channel(NEWS).on("headline", ({ data }) => heard.push(data));
    await forget();
    realtime.channel(NEWS).join();
    await settle();
    hub.publish(NEWS, "headline", 1);
    await settle();
    expect(heard).toEqual([1]);
  });

  test("is kept by its handle: there is never a second one", async () => {
    const { client } = createWorld();
    const { realtime } = client("ada");
    const handle = realtime.channel(ROOM);
    await forget();
    expect(realtime.channel(ROOM)).toBe(handle);
  });

  test("keeps what I set before joining", async () => {
    const { client, hub, settle } = createWorld();
    const { realtime } = client("ada");
    realtime.setPresenceState(ROOM, { status: "busy" });
    await forget();
    realtime.channel(ROOM).join();
    await settle();
    expect(hub.members(ROOM)[0]?.state).toEqual({ status: "busy" });
  });
});
