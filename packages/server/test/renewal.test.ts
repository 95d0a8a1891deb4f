/** Another token on the open connection: what it keeps, and what it takes away. */
import type { User } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import { alive, createTokenWorld } from "./kit/token-world.js";
import { createWorld, settle, type World } from "./kit/world.js";

const ROOM = "presence:room:1";
const DOC = "private:doc:1";

describe("auth", () => {
  test("takes the place of the token before, on the same connection", async () => {
    const world = createTokenWorld();
    const ada = await world.join("ada 5000");
    await ada.sub(ROOM);
    await alive(world, ada, 4_000);
    ada.clear();
    ada.send({ t: "auth", k: "ada 8000" });
    await settle();
    expect(ada.all("authed")).toEqual([{ t: "authed", exp: 8_000 }]);
    await alive(world, ada, 7_999);
    expect(ada.closedWith).toBeUndefined();
    expect(ada.all("closed")).toEqual([]);
    await world.after(1);
    expect(ada.closedWith?.code).toBe(4005);
  });

  test("with a token that does not expire takes the end away", async () => {
    const world = createTokenWorld();
    const ada = await world.join("ada 5000");
    ada.send({ t: "auth", k: "ada" });
    await alive(world, ada, 20_000);
    expect(ada.last("authed")).not.toHaveProperty("exp");
    expect(ada.closedWith).toBeUndefined();
  });

  test.each([
    ["another user's", "eve"],
    ["that is not accepted", "nobody"],
    ["that has expired", "ada -1"],
  ])("with a token %s closes with 4005, and nothing more of the client counts", async (_which, k) => {
    const world = createTokenWorld();
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    ada.send({ t: "auth", k });
    ada.send({ t: "pub", c: ROOM, p: "p", s: 1, b: 0, n: "message", d: 1 });
    await settle();
    expect(ada.closedWith?.code).toBe(4005);
    expect(ada.all("authed")).toEqual([]);
    expect(world.core.stats().messages).toBe(0);
  });

  test("without a token does not make an anonymous client of a user", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    ada.send({ t: "auth" });
    await settle();
    expect(ada.closedWith?.code).toBe(4005);
  });

  test("ends what would not be granted now, at once and with a code, and nothing else", async () => {
    let isAllowed = true;
    const world = createTokenWorld({ canAccessChannel: (_user, channel) => channel !== DOC || isAllowed });
    const bob = await world.join("bob");
    const ada = await world.join("ada");
    for (const name of [ROOM, DOC]) await ada.sub(name);
    await bob.sub(ROOM);
    expect(await ada.pub(DOC, 1)).toMatchObject({ t: "ack" });
    isAllowed = false;
    ada.clear();
    ada.send({ t: "auth", k: "ada" });
    await settle();
    expect(ada.frames).toEqual([
      { t: "closed", c: DOC, code: "forbidden", msg: 'Access to "private:doc:1" is gone.' },
      { t: "authed" },
    ]);
    expect(await ada.pub(DOC, 2)).toMatchObject({ t: "nack", code: "forbidden" });
    expect(await bob.pub(ROOM, 1)).toMatchObject({ t: "ack" });
    expect(ada.all("msg")).toHaveLength(1);
  });

  test("asks with the user that the new token says", async () => {
    let name = "Ada";
    const asked: (string | undefined)[] = [];
    const world = createWorld({
      authenticate: () => ({ userId: "ada", name }),
      canAccessChannel: (user) => asked.push(user?.name) > 0,
    });
    const ada = await world.join("ada");
    await ada.sub(DOC);
    name = "Ada Lovelace";
    ada.send({ t: "auth", k: "x" });
    await settle();
    expect(asked).toEqual(["Ada", "Ada Lovelace"]);
  });

  test("makes a member that may not be present any more join anew, as an observer", async () => {
    let mayBePresent = true;
    const world = createTokenWorld({
      canAccessChannel: (user, _channel, action) => action !== "presence" || mayBePresent || user?.userId === "bob",
    });
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    await world.after(100);
    mayBePresent = false;
    ada.send({ t: "auth", k: "ada" });
    await world.after(100);
    expect(ada.last("closed").code).toBe("channel-closed");
    expect(bob.last("pres").del).toEqual([ada.welcome.conn]);
    expect(await ada.sub(ROOM)).toMatchObject({ t: "joined" });
  });

  test("ends a subscription that nobody can check, to be joined anew", async () => {
    let isBroken = false;
    const world = createTokenWorld({
      canAccessChannel: () => {
        if (isBroken) throw new Error("database gone");
        return true;
      },
    });
    const ada = await world.join("ada");
    await ada.sub(DOC);
    isBroken = true;
    ada.send({ t: "auth", k: "ada" });
    await settle();
    expect(ada.last("closed").code).toBe("channel-closed");
    expect(world.reported).toHaveLength(1);
  });

  test("shows others a new name", async () => {
    let name = "Ada";
    const world = createWorld({ authenticate: ({ token = "" }) => ({ userId: token, name }) });
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    await world.after(100);
    bob.clear();
    name = "Ada Lovelace";
    ada.send({ t: "auth", k: "ada" });
    await world.after(100);
    expect(ada.last("authed")).toEqual({ t: "authed" });
    expect(bob.last("pres").set[0]?.slice(0, 3)).toEqual([ada.welcome.conn, "ada", "Ada Lovelace"]);
    expect(bob.last("pres").del).toEqual([]);
  });

  test("makes what comes after it wait, but not a probe", async () => {
    let answer: (user: User) => void = () => {};
    let isSlow = false;
    const world = createWorld({
      authenticate: () =>
        isSlow ? new Promise<User>((resolve) => void (answer = resolve)) : { userId: "ada", name: "Ada" },
    });
    const ada = await world.join("ada");
    isSlow = true;
    ada.clear();
    ada.send({ t: "auth", k: "ada" });
    ada.send({ t: "pub", c: DOC, p: "p", s: 1, b: 0, n: "message", d: 1 });
    ada.send({ t: "ping", r: 2 });
    await settle();
    expect(ada.frames.map(({ t }) => t)).toEqual(["pong"]);
    answer({ userId: "ada", name: "Ada" });
    await settle();
    expect(ada.frames.map(({ t }) => t)).toEqual(["pong", "authed", "ack"]);
  });

  test("does not hold off the end of the token before", async () => {
    let isSlow = false;
    const world: World = createWorld({
      authenticate: () =>
        isSlow ? new Promise<never>(() => {}) : { userId: "ada", name: "Ada", expiresAtMs: world.clock.now() + 3_000 },
    });
    const ada = await world.join("ada");
    isSlow = true;
    ada.send({ t: "auth", k: "ada" });
    await alive(world, ada, 3_000);
    expect(ada.closedWith?.code).toBe(4005);
  });

  test("that authenticate() does not answer closes with 4002", async () => {
    let isSlow = false;
    const world = createWorld({
      authenticate: () => (isSlow ? new Promise<never>(() => {}) : { userId: "ada", name: "Ada" }),
    });
    const ada = await world.join("ada");
    isSlow = true;
    ada.send({ t: "auth", k: "ada" });
    await alive(world, ada, 10_000);
    expect(ada.closedWith?.code).toBe(4002);
  });

  test("cannot be used to ask the app as fast as frames come", async () => {
    let asked = 0;
    const world = createWorld({ authenticate: () => ({ userId: "ada", name: `Ada ${++asked}` }) });
    const ada = await world.join("ada");
    for (let r = 1; r <= 50; r++) ada.send({ t: "auth", k: "ada" });
    await settle();
    expect(ada.closedWith?.code).toBe(4003);
    expect(asked).toBe(11);
  });

  test("is not expected before hello is answered", async () => {
    const client = createWorld().dial();
    client.send({ t: "auth", k: "ada" });
    await settle();
    expect(client.closedWith?.code).toBe(4102);
  });
});
