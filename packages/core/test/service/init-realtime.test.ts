import { initRealtime } from "@attune/core";
import { createMemoryHub, manualClock, memoryDriver } from "@attune/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { testEnvironment } from "../support/environment.js";

function setUp() {
  const clock = manualClock();
  const hub = createMemoryHub({ clock });
  const init = (id?: string) =>
    initRealtime({
      driver: memoryDriver(hub, { client: "ada" }),
      env: testEnvironment(clock),
      ...(id === undefined ? {} : { id }),
    });
  return { clock, hub, init };
}

describe("in a browser", () => {
  beforeEach(() => {
    vi.stubGlobal("document", {});
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("the same id gives the same service, whoever asks first", async () => {
    const { hub, init, clock } = setUp();
    const first = init();
    expect(init()).toBe(first);
    expect(init("default")).toBe(first);
    await Promise.all([init().connect(), init().connect()]);
    await clock.advance(0);
    expect(hub.received.filter(({ type }) => type === "connect")).toHaveLength(1);
    first.dispose();
  });

  test("another id gives another one", () => {
    const { init } = setUp();
    const [first, second] = [init("a"), init("b")];
    expect(first).not.toBe(second);
    first.dispose();
    second.dispose();
  });

  test("a module that is evaluated anew finds the service of before", async () => {
    const { init } = setUp();
    const first = init();
    vi.resetModules();
    const again = await import("../../src/init-realtime.js");
    expect(again.initRealtime).not.toBe(initRealtime);
    expect(again.initRealtime({ driver: memoryDriver(createMemoryHub()) })).toBe(first);
    first.dispose();
  });

  test("one that was disposed makes room for a new one", () => {
    const { init } = setUp();
    const first = init();
    first.dispose();
    const second = init();
    expect(second).not.toBe(first);
    first.dispose();
    expect(init()).toBe(second);
    second.dispose();
  });
});

describe("on a server", () => {
  test("each call makes a service of its own: no visitor gets another's", () => {
    const { init } = setUp();
    expect(init()).not.toBe(init());
  });

  test("nothing connects, nothing listens and nothing waits, whatever is asked of it", async () => {
    const { hub, init, clock } = setUp();
    const realtime = init();
    await realtime.connect();
    realtime.channel("presence:room:1").join();
    realtime.subscribe("public:news", "headline", () => {});
    realtime.presence("presence:room:1").onJoin(() => {});
    realtime.setPresenceState("presence:room:1", { status: "away" });
    realtime.signal("presence:room:1", "cursor", 1);
    void realtime.publish("public:news", "headline", 1);
    realtime.reconnect();
    expect(clock.pendingTimers).toBe(0);
    expect(realtime.$connection.get()).toEqual({ status: "disconnected" });
    await clock.advance(60_000);
    expect([hub.received, hub.clients]).toEqual([[], []]);
    expect(realtime.$connection.get()).toEqual({ status: "disconnected" });
  });

  test("what is rendered is what a browser shows first", () => {
    const { init } = setUp();
    const channel = init().channel("presence:room:1");
    channel.join();
    expect([channel.$members.get(), channel.messages("said").get(), channel.$typing.get()]).toEqual([[], [], []]);
  });
});
