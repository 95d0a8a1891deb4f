import { presenceStore, usePresence, type Value } from "@attune/svelte";
import { flushSync } from "svelte";
import { get } from "svelte/store";
import { describe, expect, it } from "vitest";
import { createWorld, namesOf, OTHER_ROOM, ROOM, show } from "./harness.js";

describe("a value", () => {
  it("is a store too, and follows the channel as one", async () => {
    const { client, settle } = createWorld();
    client("Bob").channel(ROOM).join();
    client("Cem").channel(OTHER_ROOM).join();
    let room = $state(ROOM);
    const { result } = show(client("Ann"), () => usePresence(() => room));
    const { others } = result;
    const seen: string[] = [];
    const unsubscribe = others.subscribe((list) => seen.push(namesOf(list)));
    await settle();
    expect(seen.at(-1)).toBe("Bob");
    room = OTHER_ROOM;
    await settle(1_000);
    expect(seen.at(-1)).toBe("Cem");
    unsubscribe();
    const { length } = seen;
    client("Dan").channel(OTHER_ROOM).join();
    await settle();
    expect(seen).toHaveLength(length);
    expect(get(others)).toEqual(others.current);
    expect(namesOf(others.current)).toBe("Cem Dan");
  });

  it("shows the present to a subscriber that comes back", async () => {
    const { client, settle } = createWorld();
    const bob = client("Bob").channel(ROOM);
    const { result } = show(client("Ann"), () => usePresence(ROOM));
    const { others } = result as { others: Value<readonly { name: string }[]> };
    const read = () => {
      let names = "";
      others.subscribe((list) => (names = namesOf(list)))();
      return names;
    };
    expect(read()).toBe("");
    const leave = bob.join();
    await settle();
    expect(read()).toBe("Bob");
    leave();
    await settle(1_000);
    expect(read()).toBe("");
  });

  it("can be derived from, and listens only while somebody looks", async () => {
    const { client, settle } = createWorld();
    const ann = client("Ann");
    const room = ann.channel(ROOM);
    const { result, unmount } = show(ann, () => usePresence(ROOM));
    const names = $derived(namesOf(result.members.current));
    let seen = "";
    const stop = $effect.root(() => {
      $effect(() => {
        seen = names;
      });
    });
    flushSync();
    expect(room.$members.lc).toBe(1);
    await settle();
    expect(seen).toBe("Ann");
    stop();
    await settle();
    expect(room.$members.lc).toBe(0);
    unmount();
  });

  it("of a store outside components is the same list", async () => {
    const { client, settle } = createWorld();
    const ann = client("Ann");
    const { result } = show(ann, () => usePresence(ROOM));
    await settle();
    expect(get(presenceStore(ann, ROOM))).toBe(result.members.current);
  });
});
