import { isRealtimeError } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS } from "../support/world.js";

const data = (page: { readonly messages: readonly { readonly data: unknown }[] }) =>
  page.messages.map((message) => message.data);

describe.each(["offset", "cursor"] as const)("history() with recovery %s", (recovery) => {
  test("reads page by page, oldest first, down to the beginning", async () => {
    const { client, hub } = createWorld();
    for (let count = 1; count <= 5; count += 1) hub.publish(NEWS, "headline", count);
    const { realtime } = client("ada", { provider: { recovery } });
    await realtime.connect();
    const channel = realtime.channel(NEWS);
    const last = await channel.history({ limit: 2 });
    expect([data(last), last.hasMore]).toEqual([[4, 5], true]);
    const middle = await channel.history({ limit: 2, ...(last.before ? { before: last.before } : {}) });
    expect([data(middle), middle.hasMore]).toEqual([[2, 3], true]);
    const first = await channel.history({ limit: 2, ...(middle.before ? { before: middle.before } : {}) });
    expect([data(first), first.hasMore]).toEqual([[1], false]);
  });
});

describe("history()", () => {
  test("reads 50 messages by default", async () => {
    const { client, asked } = createWorld();
    const { realtime } = client("ada");
    await realtime.connect();
    expect(await realtime.channel(NEWS).history()).toMatchObject({ messages: [], hasMore: false });
    expect(asked("history")).toMatchObject([{ channel: NEWS, limit: 50 }]);
  });

  const refusal = async (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error) => error,
    );

  test("rejects with `unsupported` where the provider has none", async () => {
    const { client } = createWorld();
    const { realtime } = client("ada", { provider: { history: false } });
    await realtime.connect();
    expect(isRealtimeError(await refusal(realtime.channel(NEWS).history()), "unsupported")).toBe(true);
  });

  test("rejects with what the server says", async () => {
    const { client, hub } = createWorld();
    const { realtime } = client("ada");
    await realtime.connect();
    hub.revoke(NEWS);
    expect(isRealtimeError(await refusal(realtime.channel(NEWS).history()), "forbidden")).toBe(true);
  });

  test("rejects with `connection-lost` while there is no connection", async () => {
    const { client } = createWorld();
    expect(isRealtimeError(await refusal(client("ada").realtime.channel(NEWS).history()), "connection-lost")).toBe(
      true,
    );
  });

  test("rejects with `connection-lost` when the connection goes before the answer comes", async () => {
    const { client, hub, clock } = createWorld({ latencyMs: 50 });
    const { realtime } = client("ada");
    void realtime.connect();
    await clock.advance(200);
    let outcome: unknown;
    void refusal(realtime.channel(NEWS).history()).then((error) => (outcome = error));
    await clock.advance(10);
    hub.cut();
    await clock.advance(5_000);
    expect(isRealtimeError(outcome, "connection-lost")).toBe(true);
  });
});
