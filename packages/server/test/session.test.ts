import { describe, expect, test } from "vitest";
import { isSameSecret } from "../src/session/secret.js";
import { createWorld, settle } from "./kit/world.js";

const ROOM = "presence:room:1";

describe("a session", () => {
  test("is continued within the grace, with the same connection id", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    ada.drop();
    await world.after(4_999);
    const back = await world.join("ada", ada.welcome.s);
    expect(back.welcome).toMatchObject({ resumed: true, conn: ada.welcome.conn, s: ada.welcome.s });
    expect(world.core.stats()).toMatchObject({ resumes: 1, sessions: 1, connections: 1 });
  });

  test("is over after the grace", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    ada.drop();
    await world.after(5_000);
    const back = await world.join("ada", ada.welcome.s);
    expect(back.welcome.resumed).toBe(false);
    expect(back.welcome.conn).not.toBe(ada.welcome.conn);
  });

  test.each([
    ["a wrong key", "ada", (s: readonly [string, string]) => [s[0], `${s[1]}x`] as const],
    ["a key of the same length", "ada", (s: readonly [string, string]) => [s[0], s[1].replace(/.$/, "!")] as const],
    ["another session's id", "ada", (s: readonly [string, string]) => ["id-999", s[1]] as const],
    ["another user", "eve", (s: readonly [string, string]) => s],
    ["nobody", undefined, (s: readonly [string, string]) => s],
  ])("is not continued by %s, and says nothing of why", async (_who, token, change) => {
    const world = createWorld();
    const ada = await world.join("ada");
    const eve = await world.join(token, change(ada.welcome.s));
    expect(eve.welcome.resumed).toBe(false);
    expect(ada.closedWith).toBeUndefined();
  });

  test("is authenticated anew", async () => {
    let isBanned = false;
    const world = createWorld({
      authenticate: () => {
        if (isBanned) throw new Error("banned");
        return { userId: "ada", name: "Ada" };
      },
    });
    const ada = await world.join("ada");
    isBanned = true;
    const back = await world.join("ada", ada.welcome.s);
    expect(back.closedWith?.code).toBe(4100);
  });

  test("is authorised anew on every channel", async () => {
    let isAllowed = true;
    const world = createWorld({ canAccessChannel: () => isAllowed });
    const watcher = await world.join("bob");
    await watcher.sub(ROOM);
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    ada.drop();
    await world.after(100);
    isAllowed = false;
    watcher.clear();
    const back = await world.join("ada", ada.welcome.s);
    expect(await back.sub(ROOM)).toMatchObject({ t: "fail", code: "forbidden" });
    await world.after(100);
    expect(watcher.last("pres").del).toEqual([ada.welcome.conn]);
  });

  test("closes the older connection with 4101, and ignores what that one still sends", async () => {
    const world = createWorld();
    const old = await world.join("ada");
    await old.sub(ROOM);
    const young = await world.join("ada", old.welcome.s);
    expect(old.closedWith?.code).toBe(4101);
    await young.sub(ROOM);
    old.send({ t: "bye" });
    old.send({ t: "unsub", c: ROOM });
    old.drop();
    await world.after(20);
    expect(young.closedWith).toBeUndefined();
    expect(world.core.stats()).toMatchObject({ sessions: 1, subscriptions: 1 });
    const bob = await world.join("bob");
    const joined = await bob.sub(ROOM);
    expect(joined.t === "joined" && joined.p.map(([id]) => id)).toContain(young.welcome.conn);
  });

  test("lives on with the newer connection, long after the older one is gone", async () => {
    const world = createWorld();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const old = await world.join("ada");
    await old.sub(ROOM);
    const young = await world.join("ada", old.welcome.s);
    await young.sub(ROOM);
    old.drop();
    bob.clear();
    for (let second = 0; second < 20; second++) {
      for (const client of [young, bob]) client.send({ t: "ping", r: second });
      await world.after(1_000);
    }
    expect(bob.all("pres")).toEqual([]);
    expect((await world.join("ada", old.welcome.s)).welcome.resumed).toBe(true);
  });

  test("does not let work that the older connection began reach the newer one's channels", async () => {
    const answers: ((isGranted: boolean) => void)[] = [];
    const world = createWorld({ canAccessChannel: () => new Promise((resolve) => void answers.push(resolve)) });
    const old = await world.join("ada");
    old.send({ t: "sub", r: 1, c: "private:doc:1" });
    const young = await world.join("ada", old.welcome.s);
    answers.shift()?.(true);
    await world.after(0);
    expect(world.core.stats().subscriptions).toBe(0);
    expect(young.all("joined")).toEqual([]);
  });

  test("shows nobody a short interruption", async () => {
    const world = createWorld();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ada = await world.join("ada");
    await ada.sub(ROOM, { p: { status: "busy" } });
    await world.after(100);
    bob.clear();
    for (let flap = 0, client = ada; flap < 20; flap++) {
      client.drop();
      await world.after(1_000);
      client = await world.join("ada", client.welcome.s);
      await client.sub(ROOM, { p: { status: "busy" } });
    }
    await world.after(20_000);
    expect(
      bob.all("pres").filter(({ set, del }) => [...set.map(([id]) => id), ...del].includes(ada.welcome.conn)),
    ).toEqual([]);
  });

  test("leaves after the grace what its client did not come back to", async () => {
    const world = createWorld();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    await bob.sub("presence:room:2");
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    await ada.sub("presence:room:2");
    await world.after(100);
    ada.drop();
    const back = await world.join("ada", ada.welcome.s);
    await back.sub(ROOM);
    bob.clear();
    await world.after(5_100);
    expect(bob.all("pres").map(({ c, del }) => [c, del])).toEqual([["presence:room:2", [ada.welcome.conn]]]);
  });

  test("shows a new name as a change of the member, never as a leave", async () => {
    let name = "Ada";
    const world = createWorld({
      authenticate: ({ token }) => ({ userId: token ?? "", name: token === "ada" ? name : "Bob" }),
    });
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ada = await world.join("ada");
    await ada.sub(ROOM, { p: { status: "away" } });
    await world.after(100);
    const before = bob.last("pres").set[0];
    bob.clear();
    ada.drop();
    name = "Ada Lovelace";
    const back = await world.join("ada", ada.welcome.s);
    await world.after(100);
    expect(back.welcome.user?.name).toBe("Ada Lovelace");
    const [{ set, del }] = bob.all("pres") as [ReturnType<typeof bob.last<"pres">>];
    expect(del).toEqual([]);
    expect(set[0]?.slice(0, 3)).toEqual([ada.welcome.conn, "ada", "Ada Lovelace"]);
    expect(set[0]?.[4]).toBe(before?.[4]);
    expect(set[0]?.[6]).toBe("away");
  });

  test("ends at once with bye", async () => {
    const world = createWorld();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    await world.after(100);
    bob.clear();
    ada.send({ t: "bye" });
    await world.after(50);
    expect(bob.last("pres").del).toEqual([ada.welcome.conn]);
    expect(ada.closedWith?.code).toBe(1000);
    expect((await world.join("ada", ada.welcome.s)).welcome.resumed).toBe(false);
  });

  test("leaves no timer and no channel behind", async () => {
    const world = createWorld({ broker: undefined as never });
    for (let round = 0; round < 50; round++) {
      const client = await world.join(`user${round}`);
      await client.sub(ROOM);
      await client.pub("public:a", 1);
      client.send({ t: "sig", c: ROOM, n: "cursor", d: [1, 2] });
      client.drop();
    }
    await world.after(800_000);
    expect(world.core.stats()).toMatchObject({ connections: 0, sessions: 0, channels: 0, subscriptions: 0 });
    expect(world.clock.pending).toBe(0);
  });
});

describe("revoke", () => {
  test("ends a subscription at once, and the membership with it", async () => {
    const world = createWorld();
    const bob = await world.join("bob");
    await bob.sub(ROOM);
    const ada = await world.join("ada");
    await ada.sub(ROOM);
    await world.after(100);
    world.core.revoke({ userId: "ada", channel: ROOM });
    await world.after(100);
    expect(ada.last("closed")).toMatchObject({ c: ROOM, code: "forbidden" });
    expect(bob.last("pres").del).toEqual([ada.welcome.conn]);
    ada.clear();
    await bob.pub(ROOM, 1);
    expect(ada.frames).toEqual([]);
  });

  test("asks the app again about what was granted before", async () => {
    let isAllowed = true;
    const world = createWorld({ canAccessChannel: () => isAllowed });
    const ada = await world.join("ada");
    expect(await ada.pub("public:a", 1)).toMatchObject({ t: "ack" });
    isAllowed = false;
    expect(await ada.pub("public:a", 2)).toMatchObject({ t: "ack" });
    world.core.revoke({ userId: "ada", channel: "public:a" });
    expect(await ada.pub("public:a", 3)).toMatchObject({ t: "nack", code: "forbidden" });
  });

  test("of a user closes every connection, and kills the resume key", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    const bob = await world.join("bob");
    world.core.revoke({ userId: "ada" });
    await settle();
    expect(ada.closedWith?.code).toBe(4100);
    expect(bob.closedWith).toBeUndefined();
    expect((await world.join("ada", ada.welcome.s)).welcome.resumed).toBe(false);
  });
});

test("secrets are equal only when every character is", () => {
  expect(isSameSecret("abc", "abc")).toBe(true);
  expect(isSameSecret("abc", "abd")).toBe(false);
  expect(isSameSecret("abc", "abcd")).toBe(false);
  expect(isSameSecret("", "")).toBe(true);
});
