/** What core does with each fault of the hub, brought about by a scenario. */
import { describe, expect, test } from "vitest";
import { room, setUp } from "./fault-world.js";

test("cut: what was said meanwhile comes after it", async () => {
  const { hub, heard, gaps, during } = await setUp();
  await during([{ after: 0, fault: "cut", on: "ada" }], () => hub.publish(room, "message", 1));
  expect([heard, gaps]).toEqual([[1], []]);
});

describe("half-open", () => {
  test.each(["both", "up", "down"] as const)("%s: is noticed by a probe, and nothing is lost", async (direction) => {
    const { clock, hub, ada, heard, gaps, during } = await setUp();
    const states: string[] = [];
    ada.onConnectionChange((state) => states.push(state));
    const lostAtMs: number[] = [];
    ada.$connection.listen(({ status }) => status === "reconnecting" && lostAtMs.push(clock.now()));
    const startedMs = clock.now();
    await during([{ after: 0, fault: "half-open", on: "ada", direction, for: 12_000 }], () =>
      hub.publish(room, "message", 1),
    );
    expect((lostAtMs[0] ?? Infinity) - startedMs).toBeLessThanOrEqual(8_000);
    expect(states.at(-1)).toBe("connected");
    expect([heard, gaps]).toEqual([[1], []]);
  });

  test("a publish into it arrives once, after it", async () => {
    const { hub, ada, during } = await setUp();
    let ack: Promise<unknown> | undefined;
    await during([{ after: 0, fault: "half-open", on: "ada", for: 10_000 }], () => {
      ack = ada.publish(room, "message", "once");
    });
    expect(await ack).toMatchObject({ guarantee: "stored" });
    expect(hub.messages(room).map(({ data }) => data)).toEqual(["once"]);
  });

  test("whose answers are lost is published into once", async () => {
    const { hub, ada, heard, during } = await setUp();
    let ack: Promise<unknown> | undefined;
    await during([{ after: 0, fault: "half-open", on: "ada", direction: "down", for: 10_000 }], () => {
      ack = ada.publish(room, "message", "once");
    });
    expect(await ack).toMatchObject({ guarantee: "stored" });
    expect([hub.messages(room).length, heard]).toEqual([1, ["once"]]);
  });

  test("of somebody who never comes back leaves no ghost", async () => {
    const { clock, hub, bob, names } = await setUp();
    hub.halfOpen("bob");
    bob.dispose();
    await clock.advance(8_000);
    expect(names()).toEqual(["ada", "bob"]);
    await clock.advance(6_100);
    expect(names()).toEqual(["ada"]);
    expect(hub.clients).toEqual(["ada"]);
  });

  test("a line that lost nothing goes on", async () => {
    const { ada, during, tokens } = await setUp();
    await during([{ after: 0, fault: "half-open", on: "ada", for: 1_000 }]);
    expect(ada.getConnectionState()).toBe("connected");
    expect(tokens).toHaveLength(2);
  });
});

test("pause: what was held back arrives in order", async () => {
  const { hub, heard, during } = await setUp();
  await during([{ after: 0, fault: "pause", on: "ada", for: 1_000 }], () => {
    for (const n of [1, 2, 3]) hub.publish(room, "message", n);
    expect(heard).toEqual([]);
  });
  expect(heard).toEqual([1, 2, 3]);
});

test("delay: is degraded, and loses nothing", async () => {
  const { hub, ada, heard, during } = await setUp();
  let slow = 0;
  ada.on("connection_degraded", () => (slow += 1));
  await during([{ after: 0, fault: "delay", ms: 1_200, for: 60_000 }], () => hub.publish(room, "message", 1));
  expect(heard).toEqual([1]);
  expect(slow).toBeGreaterThan(0);
  expect(hub.latencyMs).toBe(5);
});

test("refuse: comes back when it is over", async () => {
  const { ada, during } = await setUp();
  await during([
    { at: 0, fault: "refuse", for: 5_000 },
    { at: 1, fault: "cut" },
  ]);
  expect(ada.getConnectionState()).toBe("connected");
});

test("drop-message: the hole is noticed and filled", async () => {
  const { hub, heard, gaps, during } = await setUp();
  await during([{ after: 0, fault: "drop-message" }], () => {
    for (const n of [1, 2, 3]) hub.publish(room, "message", n);
  });
  expect([heard, gaps]).toEqual([[1, 2, 3], []]);
});

test.each(["offset", "cursor"] as const)("duplicate-message: is heard once (%s)", async (recovery) => {
  const { hub, heard, during } = await setUp({ recovery });
  await during([{ after: 0, fault: "duplicate-message" }], () => hub.publish(room, "message", 1));
  expect(heard).toEqual([1]);
});

test("reorder-messages: the early one is held back", async () => {
  const { hub, heard, gaps, during } = await setUp();
  await during([{ after: 0, fault: "reorder-messages" }], () => {
    for (const n of [1, 2, 3]) hub.publish(room, "message", n);
  });
  expect([heard, gaps]).toEqual([[1, 2, 3], []]);
});

test("drop-ack: the publish settles, and stands in the log once", async () => {
  const { hub, ada, heard, during } = await setUp();
  let ack: Promise<unknown> | undefined;
  await during(
    [
      { after: 0, fault: "drop-ack" },
      { after: 50, fault: "cut", on: "ada" },
    ],
    () => {
      ack = ada.publish(room, "message", "once");
    },
  );
  expect(await ack).toMatchObject({ guarantee: "stored" });
  expect([hub.messages(room).length, heard]).toEqual([1, ["once"]]);
});

test("reject-publish: the publisher is told, or it is tried again", async () => {
  const { hub, ada, during } = await setUp();
  let refused: Promise<unknown> | undefined;
  await during([{ after: 0, fault: "reject-publish", code: "invalid-payload" }], () => {
    refused = ada.publish(room, "message", 1).catch((error: unknown) => error);
  });
  expect(await refused).toMatchObject({ cause: { code: "invalid-payload" } });
  expect(hub.messages(room)).toEqual([]);
  await during(
    [{ after: 0, fault: "reject-publish", code: "internal-error" }],
    () => void ada.publish(room, "message", 2),
  );
  expect(hub.messages(room).map(({ data }) => data)).toEqual([2]);
});

test("drop-presence: the hole in the revisions is filled", async () => {
  const { ada, bob, during } = await setUp();
  await during([{ after: 0, fault: "drop-presence" }], () => {
    bob.setPresenceState(room, { status: "away" });
    bob.setPresenceState(room, { status: "busy" });
  });
  const member = ada
    .presence(room)
    .getMembers()
    .find(({ name }) => name === "bob");
  expect(member).toMatchObject({ status: "busy" });
});
