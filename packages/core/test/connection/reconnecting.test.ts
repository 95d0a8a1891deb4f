import type { ConnectionState } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";

describe("after a loss", () => {
  test("the state says which attempt it is, when the next one is due, and why", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada");
    await realtime.connect();
    const states: ConnectionState[] = [];
    realtime.$connection.listen((state) => states.push(state));
    hub.refuse({ times: 1 });
    hub.cut();
    await clock.advance(0);
    const lostAtMs = clock.now();
    expect(states).toMatchObject([
      {
        status: "reconnecting",
        attempt: 1,
        step: "backoff",
        retryAtMs: lostAtMs + 1_000,
        error: { code: "connection-lost" },
      },
    ]);
    await clock.advance(1_000);
    expect(states.slice(1)).toMatchObject([
      { status: "reconnecting", attempt: 1, step: "attempt", error: { code: "connection-lost" } },
      {
        status: "reconnecting",
        attempt: 2,
        step: "backoff",
        retryAtMs: lostAtMs + 3_000,
        error: { code: "transport-failed" },
      },
    ]);
    await clock.advance(2_000);
    expect(states.slice(3).map(({ status }) => status)).toEqual(expect.arrayContaining(["reconnecting", "connected"]));
    expect(realtime.getConnectionState()).toBe("connected");
  });

  test("listeners of the connection hear each status once", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada");
    const heard: string[] = [];
    const unlisten = realtime.onConnectionChange((status) => heard.push(status));
    await realtime.connect();
    hub.refuse({ times: 3 });
    hub.cut();
    await clock.advance(20_000);
    expect(heard).toEqual(["connecting", "connected", "reconnecting", "connected"]);
    unlisten();
    await realtime.disconnect();
    expect(heard).toHaveLength(4);
  });

  test("it is told when the connection is restored, and not at the first one", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada");
    let restored = 0;
    realtime.on("connection_restored", () => (restored += 1));
    await realtime.connect();
    await clock.advance(10_000);
    expect(restored).toBe(0);
    hub.cut();
    await clock.advance(1_000);
    expect(restored).toBe(1);
  });

  test("it comes back when the server said so, not earlier and not later", async () => {
    const { client, hub, clock } = createWorld();
    hub.refuse({ code: "server-draining", retryAfterMs: 12_345, times: 1 });
    const { realtime } = client("ada");
    void realtime.connect();
    await clock.advance(12_344);
    expect(realtime.getConnectionState()).toBe("reconnecting");
    await clock.advance(1);
    expect(realtime.getConnectionState()).toBe("connected");
  });

  test("the delay is longer by the jitter", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada", { env: { random: () => 0.5 } });
    await realtime.connect();
    hub.cut();
    await clock.advance(1_499);
    expect(realtime.getConnectionState()).toBe("reconnecting");
    await clock.advance(1);
    expect(realtime.getConnectionState()).toBe("connected");
  });

  test("attempts end after 20 by default, with a notice, a visible state and a way to try again", async () => {
    const { client, hub, clock, asked } = createWorld();
    hub.refuse();
    const { realtime } = client("ada");
    const notices: unknown[] = [];
    realtime.on("permanently_disconnected", (notice) => notices.push(notice));
    void realtime.connect();
    await clock.advance(3_600_000);
    expect(asked("connect")).toHaveLength(21);
    expect(notices).toMatchObject([
      { error: { code: "permanently-disconnected", cause: { code: "transport-failed" } } },
    ]);
    expect(realtime.$connection.get()).toMatchObject({
      status: "disconnected",
      error: { code: "permanently-disconnected" },
    });
    expect(clock.pendingTimers).toBe(0);
    hub.accept();
    await realtime.connect();
    expect(realtime.$connection.get().status).toBe("connected");
  });

  test("nothing but connect() tries again once attempts are used up", async () => {
    const { client, hub, clock, asked } = createWorld();
    hub.refuse();
    const { realtime, env } = client("ada", { reconnect: { maxAttempts: 0 } });
    void realtime.connect();
    await clock.advance(0);
    realtime.channel(ROOM).join();
    void realtime.publish(NEWS, "headline", {});
    env.page.focus();
    env.network.set(true);
    await clock.advance(60_000);
    expect(asked("connect")).toHaveLength(1);
  });

  test("an attempt that nobody answers ends after 10 s", async () => {
    const { client, hub, clock, asked } = createWorld();
    hub.stall();
    const { realtime } = client("ada");
    void realtime.connect();
    await clock.advance(9_999);
    expect(realtime.getConnectionState()).toBe("connecting");
    await clock.advance(1);
    expect(realtime.$connection.get()).toMatchObject({ status: "reconnecting", error: { code: "timeout" } });
    hub.resume();
    await clock.advance(1_000);
    expect(realtime.getConnectionState()).toBe("connected");
    expect(asked("connect").length).toBeLessThanOrEqual(2);
    expect(hub.clients).toEqual(["ada"]);
  });

  test("reconnect() takes a new token at once, and others do not notice", async () => {
    const { client, hub, clock, asked } = createWorld();
    const bob = client("bob").realtime;
    const left: unknown[] = [];
    bob.presence(ROOM).onLeave((member) => left.push(member));
    let count = 0;
    const { realtime } = client("ada", { auth: () => `token ${++count}` });
    realtime.channel(ROOM).join();
    await clock.advance(0);
    realtime.reconnect();
    await clock.advance(0);
    expect(asked("connect", "ada").map(({ token }) => token)).toEqual(["token 1", "token 2"]);
    expect(realtime.getConnectionState()).toBe("connected");
    await clock.advance(10_000);
    expect(left).toEqual([]);
    expect(hub.subscribers(ROOM)).toEqual(["bob", "ada"]);
  });

  test("reconnect() does nothing while disconnected", async () => {
    const { client, asked, settle } = createWorld();
    const { realtime } = client("ada");
    realtime.reconnect();
    await settle();
    expect([realtime.getConnectionState(), asked("connect")]).toEqual(["disconnected", []]);
  });
});

describe("with a driver that reconnects by itself", () => {
  const provider = { reconnect: "driver" } as const;

  test("core waits for it, and rejoins", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada", { provider });
    realtime.channel(ROOM).join();
    await clock.advance(0);
    hub.cut();
    await clock.advance(0);
    expect(realtime.$connection.get()).toMatchObject({ status: "reconnecting", attempt: 1 });
    await clock.advance(1_000);
    expect(realtime.getConnectionState()).toBe("connected");
    expect(hub.subscribers(ROOM)).toEqual(["ada"]);
  });

  test("core ends it when the server says not to come back", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada", { provider });
    await realtime.connect();
    hub.refuse({ code: "unauthorized" });
    hub.cut();
    await clock.advance(5_000);
    expect(realtime.$connection.get()).toMatchObject({ status: "disconnected", error: { code: "unauthorized" } });
  });

  test("core comes back with it after an outage of any length", async () => {
    const { client, hub, clock, asked } = createWorld();
    const { realtime } = client("ada", { provider });
    const ended: unknown[] = [];
    realtime.on("permanently_disconnected", ({ error }) => ended.push(error));
    await realtime.connect();
    hub.refuse();
    hub.cut();
    await clock.advance(60 * 60_000);
    expect(asked("connect").length).toBeGreaterThan(21);
    expect([realtime.getConnectionState(), ended]).toEqual(["reconnecting", []]);
    hub.accept();
    await clock.advance(60_000);
    expect(realtime.getConnectionState()).toBe("connected");
  });

  test("core gives up after the maximum of attempts that the app has set", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada", { provider, reconnect: { maxAttempts: 3 } });
    await realtime.connect();
    hub.refuse();
    hub.cut();
    await clock.advance(60_000);
    expect(realtime.$connection.get()).toMatchObject({
      status: "disconnected",
      error: { code: "permanently-disconnected" },
    });
    expect(clock.pendingTimers).toBe(0);
  });

  test("a line that went silent is replaced: its driver may never notice", async () => {
    const { client, hub, clock } = createWorld();
    const { realtime } = client("ada", { provider });
    realtime.channel(ROOM).join();
    await clock.advance(0);
    hub.stall();
    await clock.advance(10_000);
    expect(realtime.getConnectionState()).toBe("reconnecting");
    hub.resume();
    await clock.advance(30_000);
    expect(realtime.getConnectionState()).toBe("connected");
    expect(hub.subscribers(ROOM)).toEqual(["ada"]);
  });
});
