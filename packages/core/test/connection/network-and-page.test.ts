import { describe, expect, test } from "vitest";
import { createWorld, NEWS, ROOM } from "../support/world.js";

async function connected(options = {}) {
  const world = createWorld();
  const ada = world.client("ada", options);
  ada.realtime.channel(ROOM).join();
  await world.settle();
  return { ...world, ...ada };
}

describe("the network", () => {
  test("going away is seen at once, and counts no attempts", async () => {
    const { realtime, env, clock, asked } = await connected();
    env.network.set(false);
    expect(realtime.$connection.get()).toMatchObject({ status: "reconnecting", step: "offline", attempt: 1 });
    await clock.advance(24 * 3_600_000);
    expect(realtime.$connection.get()).toMatchObject({ step: "offline", attempt: 1 });
    expect(asked("connect")).toHaveLength(1);
  });

  test("coming back reconnects at once", async () => {
    const { realtime, env, clock, asked } = await connected();
    env.network.set(false);
    await clock.advance(60_000);
    env.network.set(true);
    await clock.advance(0);
    expect(realtime.getConnectionState()).toBe("connected");
    expect(asked("connect")).toHaveLength(2);
  });

  test("that flaps uses up no attempts", async () => {
    const { realtime, env, clock, hub } = await connected({ reconnect: { maxAttempts: 3 } });
    for (let flap = 0; flap < 10; flap += 1) {
      hub.cut();
      env.network.set(false);
      await clock.advance(500);
      env.network.set(true);
      await clock.advance(0);
    }
    expect(realtime.getConnectionState()).toBe("connected");
  });

  test("that goes away during a wait stops the wait", async () => {
    const { realtime, env, clock, hub, asked } = await connected();
    hub.refuse({ times: 1 });
    hub.cut();
    await clock.advance(1_000);
    env.network.set(false);
    await clock.advance(60_000);
    expect(asked("connect")).toHaveLength(2);
    env.network.set(true);
    await clock.advance(0);
    expect(realtime.getConnectionState()).toBe("connected");
  });

  test("that changes asks the line whether it still stands", async () => {
    const { realtime, env, clock, hub, asked } = await connected();
    await clock.advance(1_000);
    const before = asked("ping").length;
    env.network.set(true);
    await clock.advance(0);
    expect(asked("ping")).toHaveLength(before + 1);
    hub.stall();
    env.network.set(true);
    await clock.advance(2_500);
    expect(realtime.getConnectionState()).toBe("reconnecting");
  });
});

describe("the page", () => {
  test("that freezes lets go of the connection, and takes one anew when it is back", async () => {
    const { realtime, env, clock, hub } = await connected();
    env.page.set("frozen");
    await clock.advance(0);
    expect(realtime.$connection.get()).toMatchObject({ status: "reconnecting", step: "offline" });
    expect(hub.clients).toEqual([]);
    env.page.set("visible");
    await clock.advance(0);
    expect(realtime.getConnectionState()).toBe("connected");
    expect(hub.subscribers(ROOM)).toEqual(["ada"]);
  });

  test("that freezes is a loss, not a goodbye: others see no leave within the grace", async () => {
    const { env, clock, client } = await connected();
    const left: unknown[] = [];
    client("bob")
      .realtime.presence(ROOM)
      .onLeave((member) => left.push(member));
    await clock.advance(0);
    env.page.set("frozen");
    await clock.advance(4_000);
    env.page.set("visible");
    await clock.advance(10_000);
    expect(left).toEqual([]);
  });

  test("tells the server whether it is visible", async () => {
    const { env, settle, asked } = await connected();
    env.page.set("hidden");
    env.page.set("visible");
    await settle();
    expect(asked("visible").map(({ isVisible }) => isVisible)).toEqual([false, true]);
  });

  test("that wakes up does not wait for the backoff", async () => {
    const { realtime, env, clock, hub } = await connected();
    env.page.set("hidden");
    hub.refuse({ times: 4 });
    hub.cut();
    await clock.advance(16_000);
    expect(realtime.$connection.get()).toMatchObject({ step: "backoff", attempt: 5 });
    env.page.set("visible");
    await clock.advance(0);
    expect(realtime.getConnectionState()).toBe("connected");
  });

  test("that gets the focus asks the line whether it still stands", async () => {
    const { realtime, env, clock, hub } = await connected();
    await clock.advance(1_000);
    hub.stall();
    env.page.focus();
    await clock.advance(2_499);
    expect(realtime.getConnectionState()).toBe("connected");
    await clock.advance(1);
    expect(realtime.getConnectionState()).toBe("reconnecting");
  });

  test("and the network are not listened to while nothing needs a connection", async () => {
    const { realtime, env, clock } = await connected();
    expect([env.network.listeners, env.page.listeners]).toEqual([1, 1]);
    await realtime.disconnect();
    expect([env.network.listeners, env.page.listeners]).toEqual([0, 0]);
    await realtime.connect();
    expect([env.network.listeners, env.page.listeners]).toEqual([1, 1]);
    realtime.dispose();
    await clock.advance(250);
    expect([env.network.listeners, env.page.listeners]).toEqual([0, 0]);
  });

  test("frozen before anything was asked for does not connect", async () => {
    const { client, settle, asked } = createWorld();
    const { realtime, env } = client("ada");
    env.page.set("frozen");
    void realtime.publish(NEWS, "headline", {});
    await settle();
    expect(asked("connect")).toEqual([]);
  });
});
