/** What core does when the hub's log, channels and tokens are not what they were, and what a hub cannot do. */
import { createRealtime } from "@attune/core";
import { describe, expect, test } from "vitest";
import { createMemoryHub, manualClock, memoryDriver, memoryTarget, play, scenario } from "../src/index.js";
import { room, setUp } from "./fault-world.js";

describe("a log that is not what it was", () => {
  test.each([
    ["new-epoch", { fault: "new-epoch", channel: room }],
    ["trim-history", { fault: "trim-history", channel: room }],
  ] as const)("%s: the gap is said", async (_name, fault) => {
    const { hub, heard, gaps, during } = await setUp();
    hub.publish(room, "message", 1);
    await during(
      [
        { at: 50, fault: "cut", on: "ada" },
        { at: 60, fault: "refuse", for: 100 },
        { at: 80, ...fault },
      ],
      async () => {},
    );
    hub.publish(room, "message", 3);
    await during([{ after: 0, fault: "cut", on: "ada" }]);
    expect(heard).toEqual([1, 3]);
    expect(gaps).toEqual(fault.fault === "new-epoch" ? [room] : []);
  });

  test("trim-history: of what was missed is said as a gap", async () => {
    const { hub, heard, gaps, during } = await setUp();
    hub.publish(room, "message", 1);
    await during(
      [
        { at: 50, fault: "cut", on: "ada" },
        { at: 200, fault: "trim-history", channel: room },
      ],
      async () => {},
    );
    hub.publish(room, "message", 4);
    await during([{ after: 0, fault: "cut", on: "ada" }]);
    expect([heard, gaps]).toEqual([[1, 4], []]);
    hub.refuse();
    hub.cut("ada");
    await during([{ after: 10, fault: "cut", on: "ada" }]);
    hub.publish(room, "message", 5);
    hub.publish(room, "message", 6);
    hub.trim(room, 1);
    hub.accept();
    await during([{ after: 0, fault: "cut", on: "bob" }]);
    expect([heard, gaps]).toEqual([[1, 4, 6], [room]]);
  });
});

test("crash-channel: is joined anew, and nothing is missing", async () => {
  const { hub, heard, gaps, during } = await setUp();
  await during([{ after: 0, fault: "crash-channel", channel: room, on: "ada" }], () => hub.publish(room, "message", 1));
  expect([heard, gaps]).toEqual([[1], []]);
});

test("expire-token: comes back with a new token, and nothing is lost", async () => {
  const { hub, ada, heard, gaps, tokens, during } = await setUp();
  await during([{ after: 0, fault: "expire-token", on: "ada" }], () => hub.publish(room, "message", 1));
  expect(ada.getConnectionState()).toBe("connected");
  expect([heard, gaps]).toEqual([[1], []]);
  expect(tokens).toEqual(["ada 0", "bob 1", "ada 2"]);
});

test("expire-token: who shows the same token again is turned away", async () => {
  const clock = manualClock();
  const hub = createMemoryHub({ clock });
  const ada = createRealtime({ driver: memoryDriver(hub, { client: "ada" }), auth: "always this", env: { clock } });
  void ada.connect();
  await clock.advance(0);
  hub.expireToken("ada");
  await clock.advance(10_000);
  expect(ada.$connection.get()).toMatchObject({ status: "disconnected", error: { code: "unauthorized" } });
});

describe("what the hub cannot do", () => {
  test.each([
    [{ after: 0, fault: "reset" }, "cut"],
    [{ after: 0, fault: "corrupt", rate: 1, for: 1 }, "bytes"],
    [{ after: 0, fault: "slow", bytesPerSecond: 1, for: 1 }, "bytes"],
    [{ after: 0, fault: "pause", direction: "up", for: 1 }, "both directions"],
    [{ after: 0, fault: "delay", ms: 1, jitterMs: 1, for: 1 }, "jitter"],
    [{ after: 0, fault: "drop-ack", on: "ada" }, "everybody"],
    [{ after: 0, fault: "cut", on: 3 }, "by label"],
    [{ after: 0, fault: "restart" }, "process"],
  ] as const)("%j", (step, why) => {
    const hub = createMemoryHub({ clock: manualClock() });
    expect(() => play(scenario([step]), memoryTarget(hub), { clock: manualClock() })).toThrow(why);
  });

  test("strikes nobody where nobody is", async () => {
    const clock = manualClock();
    const playing = play(scenario([{ after: 0, fault: "cut", on: "any" }]), memoryTarget(createMemoryHub()), { clock });
    await clock.advance(0);
    await playing.finished;
  });
});
