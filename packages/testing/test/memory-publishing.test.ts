import { describe, expect, test } from "vitest";
import { memoryWorld, news, outgoing } from "./memory-world.js";

describe("publishing", () => {
  test("gives every subscriber, the publisher too, the id and position of the answer", async () => {
    const { connect, clock } = memoryWorld();
    const ada = await connect("ada");
    const bob = await connect("bob");
    for (const { connection } of [ada, bob]) connection.attach(news, {});
    const published = ada.connection.publish(outgoing(1));
    await clock.advance(0);
    const { guarantee, ...stored } = await published;
    expect(guarantee).toBe("stored");
    for (const { messages } of [ada, bob]) {
      expect(messages(news)).toEqual([
        { ...stored, event: "headline", data: { sequence: 1 }, sender: { userId: "ada", name: "ada" } },
      ]);
    }
  });

  test.each(["offset", "cursor"] as const)("answers a repeat with the first answer (%s)", async (recovery) => {
    const { connect, clock, hub } = memoryWorld();
    const ada = await connect("ada", { recovery });
    const answers = [ada.connection.publish(outgoing(1)), ada.connection.publish(outgoing(1))];
    await clock.advance(0);
    const [first, second] = await Promise.all(answers);
    expect(second).toEqual(first);
    expect(hub.messages(news)).toHaveLength(1);
  });

  test("refuses what comes before its turn, and says what it has", async () => {
    const { connect, clock, hub } = memoryWorld();
    const ada = await connect("ada");
    void ada.connection.publish(outgoing(1));
    const early = ada.connection.publish(outgoing(3)).catch((error: unknown) => error);
    await clock.advance(0);
    expect(await early).toMatchObject({ code: "out-of-order", retryable: true, details: { last: 1 } });
    expect(hub.messages(news)).toHaveLength(1);
  });

  test("does not claim to know a repeat that it has forgotten", async () => {
    const { connect, clock } = memoryWorld();
    const ada = await connect("ada");
    for (let n = 1; n <= 257; n++) void ada.connection.publish(outgoing(n));
    const [forgotten, remembered] = [
      ada.connection.publish(outgoing(1)).catch((error: unknown) => error),
      ada.connection.publish(outgoing(2)),
    ];
    await clock.advance(0);
    expect(await forgotten).toMatchObject({ code: "outcome-unknown" });
    expect(await remembered).toMatchObject({ guarantee: "stored" });
  });

  test("a provider with cursors takes messages in any order", async () => {
    const { connect, clock, hub } = memoryWorld();
    const ada = await connect("ada", { recovery: "cursor" });
    void ada.connection.publish(outgoing(3));
    void ada.connection.publish(outgoing(1));
    await clock.advance(0);
    expect(hub.messages(news).map(({ data }) => data)).toEqual([{ sequence: 3 }, { sequence: 1 }]);
  });

  test("a provider without recovery hands over, doubles repeats, and echoes nothing", async () => {
    const { connect, clock } = memoryWorld();
    const ada = await connect("ada", { recovery: "none" });
    const bob = await connect("bob", { recovery: "none" });
    for (const { connection } of [ada, bob]) connection.attach(news, {});
    const answers = [ada.connection.publish(outgoing(1)), ada.connection.publish(outgoing(1))];
    await clock.advance(0);
    expect(await Promise.all(answers)).toEqual([{ guarantee: "handed-over" }, { guarantee: "handed-over" }]);
    expect(ada.messages(news)).toEqual([]);
    expect(bob.messages(news).map(({ position }) => position)).toEqual([undefined, undefined]);
    expect(new Set(bob.messages(news).map(({ id }) => id)).size).toBe(2);
  });

  test("carries what JSON carries, and shares no object", async () => {
    const { connect, clock } = memoryWorld();
    const ada = await connect("ada");
    const bob = await connect("bob");
    for (const { connection } of [ada, bob]) connection.attach(news, {});
    const data = { at: new Date(0), nothing: undefined, list: [1] };
    void ada.connection.publish(outgoing(1, { data }));
    data.list.push(2);
    await clock.advance(0);
    const [mine, theirs] = [ada, bob].map((recording) => recording.messages(news)[0]?.data);
    expect(mine).toEqual({ at: "1970-01-01T00:00:00.000Z", list: [1] });
    expect(theirs).toEqual(mine);
    expect(theirs).not.toBe(mine);
  });
});
