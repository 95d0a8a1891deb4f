import { isRealtimeError, RealtimeError } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";

describe("a service", () => {
  test("does nothing before something needs it", async () => {
    const { client, asked, settle, clock } = createWorld();
    const { realtime } = client("ada");
    realtime.channel(ROOM).$members.get();
    realtime.channel(ROOM).messages("said").get();
    realtime.$connection.get();
    const unlisten = realtime.channel(ROOM).$status.listen(() => {});
    await settle();
    expect(asked("connect")).toEqual([]);
    expect(realtime.getConnectionState()).toBe("disconnected");
    unlisten();
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([
    ["join()", (realtime) => void realtime.channel(ROOM).join()],
    ["subscribe()", (realtime) => void realtime.subscribe(NEWS, "headline", () => {})],
    ["publish()", (realtime) => void realtime.publish(NEWS, "headline", {})],
    ["connect()", (realtime) => void realtime.connect()],
    ["presence().onJoin()", (realtime) => void realtime.presence(ROOM).onJoin(() => {})],
  ] as [string, (realtime: ReturnType<ReturnType<typeof createWorld>["client"]>["realtime"]) => void][])(
    "connects with the first %s",
    async (_, need) => {
      const { client, asked, settle } = createWorld();
      const { realtime } = client("ada");
      need(realtime);
      expect(realtime.getConnectionState()).toBe("connecting");
      await settle();
      expect(realtime.getConnectionState()).toBe("connected");
      expect(asked("connect")).toHaveLength(1);
    },
  );

  test("connects at once when it is not lazy", async () => {
    const { client, hub, settle } = createWorld();
    client("ada", { lazy: false });
    await settle();
    expect(hub.clients).toEqual(["ada"]);
  });

  test("makes one connection, however often it is asked for one", async () => {
    const { client, hub, asked, settle } = createWorld();
    const { realtime } = client("ada");
    const all = Promise.all([realtime.connect(), realtime.connect()]);
    realtime.channel(ROOM).join();
    await settle();
    await all;
    await realtime.connect();
    expect(asked("connect")).toHaveLength(1);
    expect(hub.clients).toEqual(["ada"]);
  });

  test("says who it is, and by which transport", async () => {
    const { client } = createWorld();
    const { realtime } = client("ada");
    await realtime.connect();
    expect(realtime.$connection.get()).toMatchObject({
      status: "connected",
      connectionId: "connection-1",
      transport: "memory",
      user: { userId: "ada" },
      isDegraded: false,
    });
  });

  test("asks for a token at every attempt", async () => {
    const { client, hub, clock, asked } = createWorld();
    let count = 0;
    const { realtime } = client("ada", { auth: async () => `token ${++count}` });
    await realtime.connect();
    hub.cut();
    await clock.advance(1_000);
    expect(asked("connect").map(({ token }) => token)).toEqual(["token 1", "token 2"]);
  });

  test("takes a token as a string", async () => {
    const { client, asked } = createWorld();
    await client("ada", { auth: "token" }).realtime.connect();
    expect(asked("connect")[0]?.token).toBe("token");
  });

  test("tries again when auth() fails, and says why", async () => {
    const { client, clock } = createWorld();
    const cause = new Error("no network");
    let count = 0;
    const { realtime } = client("ada", {
      auth() {
        if (++count === 1) throw cause;
        return "token";
      },
    });
    void realtime.connect();
    await clock.advance(0);
    expect(realtime.$connection.get()).toMatchObject({
      status: "reconnecting",
      attempt: 1,
      error: { code: "auth-failed", cause },
    });
    await clock.advance(1_000);
    expect(realtime.getConnectionState()).toBe("connected");
  });

  test("gives up when auth() says that there is no point", async () => {
    const { client, settle } = createWorld();
    const { realtime } = client("ada", {
      auth() {
        throw new RealtimeError("unauthorized", "Signed out.");
      },
    });
    void realtime.connect();
    await settle();
    expect(realtime.$connection.get()).toMatchObject({ status: "disconnected", error: { code: "unauthorized" } });
  });

  test.each([{ minMs: -1 }, { minMs: 2, maxMs: 1 }, { maxAttempts: Number.NaN }])(
    "refuses reconnect options that make no sense: %o",
    (reconnect) => {
      const { client } = createWorld();
      expect(() => client("ada", { reconnect })).toThrow(expect.objectContaining({ code: "invalid-option" }));
    },
  );
});

describe("connect()", () => {
  test("resolves once connected, also after failed attempts", async () => {
    const { client, hub, clock } = createWorld();
    hub.refuse({ times: 2 });
    const { realtime } = client("ada");
    let isConnected = false;
    void realtime.connect().then(() => (isConnected = true));
    await clock.advance(2_999);
    expect(isConnected).toBe(false);
    await clock.advance(1);
    expect(isConnected).toBe(true);
  });

  test("rejects when there is no point in trying again", async () => {
    const { client, hub, settle } = createWorld();
    hub.refuse({ code: "unauthorized" });
    const { realtime } = client("ada");
    const outcome = realtime.connect().catch((error) => error);
    await settle();
    expect(isRealtimeError(await outcome, "unauthorized")).toBe(true);
    expect(realtime.$connection.get()).toMatchObject({ status: "disconnected", error: { code: "unauthorized" } });
  });

  test("rejects when attempts are used up", async () => {
    const { client, hub, clock } = createWorld();
    hub.refuse();
    const { realtime } = client("ada", { reconnect: { maxAttempts: 2 } });
    const outcome = realtime.connect().catch((error) => error);
    await clock.advance(10_000);
    expect(isRealtimeError(await outcome, "permanently-disconnected")).toBe(true);
  });

  test("rejects at disconnect() and at dispose()", async () => {
    for (const end of ["disconnect", "dispose"] as const) {
      const { client } = createWorld();
      const { realtime } = client("ada");
      const outcome = realtime.connect().catch((error) => error);
      void realtime[end]();
      expect(isRealtimeError(await outcome)).toBe(true);
    }
  });

  test("rejects with `disposed` on a service that was disposed", async () => {
    const { client } = createWorld();
    const { realtime } = client("ada");
    realtime.dispose();
    expect(isRealtimeError(await realtime.connect().catch((error) => error), "disposed")).toBe(true);
  });

  test("waits for the network when there is none", async () => {
    const { client, clock } = createWorld();
    const { realtime, env } = client("ada");
    env.network.set(false);
    let isConnected = false;
    void realtime.connect().then(() => (isConnected = true));
    await clock.advance(3_600_000);
    expect([isConnected, realtime.$connection.get()]).toMatchObject([
      false,
      { status: "reconnecting", step: "offline" },
    ]);
    env.network.set(true);
    await clock.advance(0);
    expect(isConnected).toBe(true);
  });

  test("left unawaited raises no unhandled rejection", async () => {
    const { client, hub, settle } = createWorld();
    hub.refuse({ code: "unauthorized" });
    void client("ada").realtime.connect();
    // vitest fails a run with an unhandled rejection.
    await settle();
  });

  test("tries anew when it is called while the app is told that attempts are used up", async () => {
    const { client, hub, clock } = createWorld();
    hub.refuse({ times: 1 });
    const { realtime } = client("ada", { reconnect: { maxAttempts: 0 } });
    let outcome: unknown;
    realtime.on("permanently_disconnected", () => {
      realtime.connect().then(
        () => (outcome = "connected"),
        (error) => (outcome = error),
      );
    });
    void realtime.connect();
    await clock.advance(0);
    expect([realtime.getConnectionState(), outcome]).toEqual(["connected", "connected"]);
  });
});
