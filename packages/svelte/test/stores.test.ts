import { isRealtimeError } from "@attune/core";
import { channelStore, connectionStore, messagesStore, presenceStore, queueStore, typingStore } from "@attune/svelte";
import { get } from "svelte/store";
import { describe, expect, it } from "vitest";
import { createWorld, namesOf, ROOM } from "./harness.js";

describe("a store of a channel", () => {
  it("joins with the first subscriber, and leaves with the last", async () => {
    const { client, hub, joined, settle } = createWorld();
    const members = presenceStore(client("Ann"), ROOM);
    await settle();
    expect(hub.received).toEqual([]);
    const seen: string[] = [];
    const first = members.subscribe((list) => seen.push(namesOf(list)));
    const second = members.subscribe(() => {});
    await settle();
    expect(seen).toEqual(["", "Ann"]);
    first();
    first();
    await settle(1_000);
    expect(joined(ROOM)).toEqual(["Ann"]);
    second();
    await settle(1_000);
    expect(joined(ROOM)).toEqual([]);
  });

  it("shares the subscription with every other use of the channel", async () => {
    const { client, hub, settle } = createWorld();
    const ann = client("Ann");
    const ends = [channelStore(ann, ROOM), typingStore(ann, ROOM), messagesStore(ann, ROOM, "message")].map((store) =>
      (store as typeof store & { subscribe(run: () => void): () => void }).subscribe(() => {}),
    );
    await settle();
    expect(hub.received.filter(({ type }) => type === "attach")).toHaveLength(1);
    for (const end of ends) end();
  });

  it("refuses a name that is no channel", () => {
    const { client } = createWorld();
    try {
      presenceStore(client("Ann"), "room 1");
      expect.unreachable();
    } catch (error) {
      expect(isRealtimeError(error, "invalid-channel")).toBe(true);
    }
  });
});

describe("messagesStore", () => {
  it("shows my own messages at once when pending is asked for", async () => {
    const { client, settle } = createWorld();
    const ann = client("Ann");
    const seen: string[] = [];
    const leave = messagesStore(ann, ROOM, "message", { pending: true }).subscribe((items) => {
      seen.push(items.map(({ type }) => type).join());
    });
    void ann.publish(ROOM, "message", "mine");
    await settle();
    expect([seen[0], seen[1], seen.at(-1)]).toEqual(["", "pending", "message"]);
    leave();
  });
});

describe("connectionStore and queueStore", () => {
  it("show the service without connecting it", async () => {
    const { client, hub, settle } = createWorld();
    const ann = client("Ann");
    expect(get(connectionStore(ann))).toEqual({ status: "disconnected" });
    expect(get(queueStore(ann))).toEqual([]);
    await settle();
    expect(hub.received).toEqual([]);
  });
});
