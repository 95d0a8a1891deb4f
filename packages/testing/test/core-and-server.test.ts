/** The client core and the server core in one process, under one virtual clock, over links that are cut at random. */
import { describe, expect, it } from "vitest";
import { createLoopbackWorld } from "./loopback-world.js";

describe("client core and server core", () => {
  it("shows two members each other, and a message to both", async () => {
    const { clock, client } = createLoopbackWorld(1);
    const ann = client("ann");
    const bob = client("bob");
    const got: string[] = [];
    for (const one of [ann, bob])
      one.subscribe("presence:room:1", "message", ({ data, sender }) => got.push(`${sender?.name} ${String(data)}`));
    await clock.advance(500);
    expect(ann.getConnectionState()).toBe("connected");
    expect(
      ann
        .presence("presence:room:1")
        .getMembers()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["ANN", "BOB"]);
    const ack = ann.publish("presence:room:1", "message", "hi");
    await clock.advance(500);
    expect(await ack).toMatchObject({ guarantee: "stored", position: { offset: 1 } });
    expect(got).toEqual(["ANN hi", "ANN hi"]);
  });

  it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    "loses, doubles and reorders nothing under cuts, seed %i",
    async (seed) => {
      const { clock, client, cuts, random } = createLoopbackWorld(seed);
      const names = ["ann", "bob", "cat"];
      const clients = names.map(client);
      const got = names.map((): string[] => []);
      clients.forEach((one, index) =>
        one.subscribe("presence:room:1", "message", ({ data }) => got[index]?.push(String(data))),
      );
      await clock.advance(300);
      const acks: Promise<unknown>[] = [];
      for (let round = 0; round < 60; round++) {
        clients.forEach((one, index) =>
          acks.push(one.publish("presence:room:1", "message", `${names[index]}${round}`)),
        );
        if (random() < 0.4) [...cuts][Math.floor(random() * cuts.size)]?.();
        await clock.advance(Math.floor(random() * 60));
      }
      await clock.advance(10_000);
      expect((await Promise.allSettled(acks)).filter(({ status }) => status === "rejected")).toEqual([]);
      for (const list of got) {
        expect(new Set(list).size).toBe(list.length);
        expect(list).toEqual(got[0]);
        expect(list.length).toBe(180);
      }
      for (const name of names)
        expect(got[0]?.filter((text) => text.startsWith(name))).toEqual(
          Array.from({ length: 60 }, (_, round) => `${name}${round}`),
        );
      for (const one of clients) {
        expect(
          one
            .presence("presence:room:1")
            .getMembers()
            .map(({ userId }) => userId)
            .sort(),
        ).toEqual(names);
        one.dispose();
      }
    },
  );
});
