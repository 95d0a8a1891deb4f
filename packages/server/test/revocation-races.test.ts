/** Access that is taken away while something is under way that would give it: the revocation holds. */
import type { User } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import { createMemoryBroker } from "../src/core.js";
import { ManualClock } from "./kit/manual-clock.js";
import { slowBroker } from "./kit/slow-broker.js";
import { createEnv, createWorld, settle } from "./kit/world.js";

const ROOM = "presence:room:1";
const DOC = "private:doc:1";

describe("a revocation", () => {
  test("is not undone by an auth that was under way, and leaves no session to resume", async () => {
    let answer: (user: User) => void = () => {};
    let isSlow = false;
    const world = createWorld({
      authenticate: () =>
        isSlow ? new Promise<User>((resolve) => void (answer = resolve)) : { userId: "ada", name: "Ada" },
    });
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    isSlow = true;
    ada.send({ t: "auth", k: "ada" });
    await settle();
    world.core.revoke({ userId: "ada" });
    expect(ada.closedWith?.code).toBe(4100);
    answer({ userId: "ada", name: "Ada" });
    await settle();
    expect(world.core.stats()).toMatchObject({ sessions: 0, connections: 0, subscriptions: 0 });
    isSlow = false;
    expect((await world.join("ada", ada.welcome.s)).welcome.resumed).toBe(false);
  });

  test("of a channel is not undone by an auth whose access was being looked up", async () => {
    const answers: ((isGranted: boolean) => void)[] = [];
    let isSlow = false;
    const world = createWorld({
      canAccessChannel: () => (isSlow ? new Promise((resolve) => void answers.push(resolve)) : true),
    });
    const ada = await world.join("ada");
    await ada.sub(DOC);
    isSlow = true;
    ada.send({ t: "auth", k: "ada" });
    await settle();
    world.core.revoke({ userId: "ada", channel: DOC });
    expect(ada.last("closed")).toMatchObject({ c: DOC, code: "forbidden" });
    answers.shift()?.(true);
    await settle();
    // What was answered before the revocation is asked again.
    answers.shift()?.(false);
    await settle();
    expect(ada.last("authed")).toEqual({ t: "authed" });
    expect(world.core.stats().subscriptions).toBe(0);
  });

  test("holds for a join that was let in a moment before, and is not complete yet", async () => {
    const answers: ((isGranted: boolean) => void)[] = [];
    const world = createWorld({ canAccessChannel: () => new Promise((resolve) => void answers.push(resolve)) });
    const ada = await world.join("ada");
    ada.send({ t: "sub", r: 1, c: DOC });
    await settle();
    world.core.revoke({ userId: "ada", channel: DOC });
    answers.shift()?.(true);
    await settle();
    answers.shift()?.(false);
    await settle();
    expect(ada.last("fail")).toMatchObject({ c: DOC, code: "forbidden" });
    expect(world.core.stats().subscriptions).toBe(0);
  });

  test("holds for a join that may subscribe already, while it is being looked up whether it may be present", async () => {
    let isRevoked = false;
    let answer: (isGranted: boolean) => void = () => {};
    const world = createWorld({
      canAccessChannel: (_user, _channel, action) => {
        if (isRevoked) return false;
        return action === "presence" ? new Promise<boolean>((resolve) => void (answer = resolve)) : true;
      },
    });
    const ada = await world.join("ada");
    ada.send({ t: "sub", r: 1, c: ROOM });
    await settle();
    isRevoked = true;
    world.core.revoke({ userId: "ada", channel: ROOM });
    answer(true);
    await settle();
    expect(ada.last("fail")).toMatchObject({ r: 1, c: ROOM, code: "forbidden" });
    expect(ada.all("joined")).toEqual([]);
    expect(world.core.stats().subscriptions).toBe(0);
  });

  test.each([ROOM, DOC])(
    "holds for a join of %s whose channel is being opened, and leaves it closed",
    async (channel) => {
      const clock = new ManualClock();
      let isRevoked = false;
      const world = createWorld(
        {
          broker: slowBroker(createMemoryBroker({ env: createEnv(clock) }), clock, () => 50),
          canAccessChannel: () => !isRevoked,
        },
        clock,
      );
      const ada = await world.join("ada");
      ada.send({ t: "sub", r: 1, c: channel });
      await world.after(20);
      isRevoked = true;
      world.core.revoke({ userId: "ada", channel });
      await world.after(1_000);
      expect(ada.last("fail")).toMatchObject({ r: 1, c: channel, code: "forbidden" });
      expect(ada.all("joined")).toEqual([]);
      expect(world.core.stats()).toMatchObject({ subscriptions: 0, channels: 0 });
    },
  );

  test("of what is granted again by then lets a join that was under way in", async () => {
    const answers: ((isGranted: boolean) => void)[] = [];
    const world = createWorld({
      canAccessChannel: (_user, _channel, action) =>
        action === "presence" ? new Promise<boolean>((resolve) => void answers.push(resolve)) : true,
    });
    const ada = await world.join("ada");
    ada.send({ t: "sub", r: 1, c: ROOM });
    await settle();
    world.core.revoke({ userId: "ada", channel: ROOM });
    answers.shift()?.(false);
    await settle();
    answers.shift()?.(true);
    await world.after(100);
    expect(ada.all("joined")).toMatchObject([{ r: 1, c: ROOM }]);
    expect(ada.all("fail")).toEqual([]);
  });

  test("that comes at every look-up makes a join fail for now, not go round for ever", async () => {
    let asked = 0;
    const world = createWorld({
      canAccessChannel: async (_user, channel, action) => {
        if (action === "subscribe") return true;
        asked += 1;
        world.core.revoke({ userId: "ada", channel });
        return false;
      },
    });
    const ada = await world.join("ada");
    expect(await ada.sub(ROOM)).toMatchObject({ t: "fail", code: "timeout" });
    expect(asked).toBeLessThan(10);
    expect(world.core.stats()).toMatchObject({ subscriptions: 0, channels: 0 });
  });

  test("of a user holds for a hello that the app had let in a moment before", async () => {
    const answers: { let(): void; refuse(error: Error): void }[] = [];
    const world = createWorld({
      authenticate: () =>
        new Promise<User>((resolve, reject) => {
          answers.push({ let: () => resolve({ userId: "ada", name: "Ada" }), refuse: reject });
        }),
    });
    const ada = await world.join("ada");
    world.core.revoke({ userId: "ada" });
    answers.shift()?.let();
    await settle();
    answers.shift()?.refuse(new Error("banned"));
    await settle();
    expect(ada.closedWith?.code).toBe(4100);
    expect(world.core.stats()).toMatchObject({ sessions: 0, connections: 0 });
  });
});
