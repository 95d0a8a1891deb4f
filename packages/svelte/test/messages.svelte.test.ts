import type { RealtimeMessage } from "@attune/core";
import { useChannel, useEvent, useMessages, useQueue } from "@attune/svelte";
import { describe, expect, it, vi } from "vitest";
import { createWorld, ROOM, show } from "./harness.js";

describe("useChannel", () => {
  it("joins, publishes, signals and reads history", async () => {
    const { client, hub, settle } = createWorld();
    const { result, text } = show(
      client("Ann"),
      () => useChannel(ROOM),
      ({ status }) => `${status.current.phase} ${status.current.continuity}`,
    );
    await settle();
    expect(text()).toBe("joined live");
    const ack = result.publish("message", { text: "one" });
    result.signal("wave", 1);
    await settle();
    expect(await ack).toMatchObject({ guarantee: "stored" });
    expect(await result.history({ limit: 5 })).toMatchObject({ messages: [{ data: { text: "one" } }], hasMore: false });
    expect(hub.received).toContainEqual({ client: "Ann", type: "signal", channel: ROOM, name: "wave", value: 1 });
  });

  it("says when messages are missing, until the app has acknowledged it", async () => {
    const { client, hub, settle } = createWorld();
    const { result, text } = show(
      client("Ann"),
      () => useChannel(ROOM),
      ({ status }) => status.current.continuity,
    );
    await settle();
    hub.publish(ROOM, "message", 1);
    await settle();
    hub.newEpoch(ROOM);
    hub.cut();
    await settle(2_000);
    expect(text()).toBe("gap");
    result.acknowledgeGap();
    await settle();
    expect(text()).toBe("live");
  });
});

describe("useEvent", () => {
  it("calls back for messages and for notices, until unmounted", async () => {
    const { client, hub, settle } = createWorld();
    const messages = vi.fn<(message: RealtimeMessage) => void>();
    const joined = vi.fn<(member: { name: string }) => void>();
    const { unmount } = show(client("Ann"), () => {
      useEvent(ROOM, "message", messages);
      useEvent(ROOM, "member_joined", joined);
    });
    await settle();
    joined.mockClear();
    client("Bob").channel(ROOM).join();
    hub.publish(ROOM, "message", { text: "one" });
    hub.publish(ROOM, "other", { text: "two" });
    await settle();
    expect(messages.mock.calls.map(([message]) => message.data)).toEqual([{ text: "one" }]);
    expect(joined.mock.calls.map(([member]) => member.name)).toEqual(["Bob"]);
    unmount();
    hub.publish(ROOM, "message", { text: "three" });
    await settle();
    expect(messages).toHaveBeenCalledTimes(1);
  });

  it("follows a changed event name", async () => {
    const { client, hub, settle } = createWorld();
    let event = $state("first");
    const heard = vi.fn<(message: RealtimeMessage) => void>();
    show(client("Ann"), () => useEvent(ROOM, () => event, heard));
    await settle();
    event = "second";
    await settle();
    hub.publish(ROOM, "first", 1);
    hub.publish(ROOM, "second", 2);
    await settle();
    expect(heard.mock.calls.map(([message]) => message.data)).toEqual([2]);
  });
});

describe("useMessages", () => {
  it("shows delivered messages in order", async () => {
    const { client, hub, settle } = createWorld();
    const { text } = show(
      client("Ann"),
      () => useMessages(ROOM, "message"),
      ({ messages }) => messages.current.map(({ data }) => data).join(" "),
    );
    hub.publish(ROOM, "message", "before");
    await settle();
    hub.publish(ROOM, "message", "after");
    await settle();
    expect(text()).toBe("before after");
  });

  it("shows my own at once when pending is asked for, and once when delivered", async () => {
    const { client, hub, settle } = createWorld();
    const { result } = show(client("Ann"), () => useMessages(ROOM, "message", { pending: true }));
    await settle();
    hub.stall();
    void result.publish("mine");
    expect(result.messages.current).toMatchObject([{ type: "pending", data: "mine" }]);
    hub.resume();
    await settle();
    expect(result.messages.current).toMatchObject([{ type: "message", data: "mine" }]);
  });
});

describe("useQueue", () => {
  it("shows what waits, and sends or forgets what failed", async () => {
    const { client, hub, settle } = createWorld();
    const ann = client("Ann");
    const { result, text } = show(ann, useQueue, ({ queue }) => queue.current.map(({ state }) => state).join(" "));
    void ann.publish(ROOM, "message", 1).catch(() => {});
    void ann.publish(ROOM, "message", 2).catch(() => {});
    hub.rejectNextPublish("refused");
    await settle();
    expect(text()).toBe("failed");
    result.retry(result.queue.current[0]?.id ?? "");
    await settle();
    expect(text()).toBe("");
    expect(hub.messages(ROOM).map(({ data }) => data)).toEqual([2, 1]);
    hub.rejectNextPublish("refused");
    void ann.publish(ROOM, "message", 3).catch(() => {});
    await settle();
    result.discard(result.queue.current[0]?.id ?? "");
    await settle();
    expect(text()).toBe("");
  });
});
