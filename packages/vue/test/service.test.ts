import { useAtom, useConnection } from "@attune/vue";
import { describe, expect, it } from "vitest";
import { ref } from "vue";
import { createWorld, OTHER_ROOM, ROOM, show } from "./harness.js";

describe("useConnection", () => {
  it("follows the connection, and brings it back", async () => {
    const { client, hub, settle } = createWorld();
    const { result, text } = show(client("Ann"), useConnection, ({ connection }) => connection.value.status);
    expect(text()).toBe("disconnected");
    const connected = result.connect();
    await settle();
    await connected;
    expect(text()).toBe("connected");
    hub.received.length = 0;
    result.reconnect();
    await settle();
    expect(hub.received.filter(({ type }) => type === "connect")).toHaveLength(1);
    await result.disconnect();
    await settle();
    expect(text()).toBe("disconnected");
  });
});

describe("useAtom", () => {
  it("shows any atom of core, and follows a source that gives another one", async () => {
    const { client, settle } = createWorld();
    const ann = client("Ann");
    const room = ref(ROOM);
    const { text } = show(
      ann,
      () => useAtom(() => ann.channel(room.value).$status),
      (status) => status.value.phase,
    );
    const leave = ann.channel(OTHER_ROOM).join();
    await settle();
    expect(text()).toBe("idle");
    room.value = OTHER_ROOM;
    await settle();
    expect(text()).toBe("joined");
    leave();
  });
});
