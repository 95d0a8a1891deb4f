import { defineChannels } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createWorld } from "./kit/world.js";

const ROOM = "presence:room:1";

describe("joining", () => {
  test("is refused for what is no channel", async () => {
    const ada = await createWorld().join("ada");
    expect(await ada.sub("room")).toMatchObject({ t: "fail", r: 1, code: "invalid-channel" });
  });

  test("is refused for a channel that the app did not define", async () => {
    const channels = defineChannels({ "public:news": {}, "presence:room:{id}": {} });
    const ada = await createWorld({ channels }).join("ada");
    expect(await ada.sub("public:other")).toMatchObject({ t: "fail", code: "invalid-channel" });
    expect(await ada.sub("presence:room:7")).toMatchObject({ t: "joined" });
  });

  test.each([
    [undefined, "public:a", "joined"],
    ["ada", "public:a", "joined"],
    [undefined, "private:doc:1", "fail"],
    ["ada", "private:doc:1", "fail"],
    ["ada", "presence:room:1", "fail"],
  ])("by default lets user %s on %s: %s", async (token, channel, answer) => {
    const world = createWorld();
    const { canAccessChannel: _, ...rest } = world.core.settings;
    const strict = createWorld({ authenticate: rest.authenticate, canAccessChannel: undefined as never });
    expect((await (await strict.join(token)).sub(channel)).t).toBe(answer);
  });

  test("by default allows nobody to publish, signal or read history, not even on public channels", async () => {
    const world = createWorld({ canAccessChannel: undefined as never });
    for (const ada of [await world.join("ada"), await world.join()]) {
      await ada.sub("public:a");
      expect(await ada.pub("public:a", 1)).toMatchObject({ t: "nack", code: "forbidden" });
      ada.send({ t: "sig", c: "public:a", n: "cursor", d: 1 });
      ada.send({ t: "hist", r: 9, c: "public:a", l: 1 });
      await world.after(0);
      expect(ada.all("fail").map(({ code }) => code)).toEqual(["forbidden", "forbidden"]);
    }
  });

  test("takes only true for a yes", async () => {
    const ada = await createWorld({ canAccessChannel: () => ({}) as never }).join("ada");
    expect(await ada.sub("public:a")).toMatchObject({ t: "fail", code: "forbidden" });
  });

  test("fails with timeout when canAccessChannel() takes longer than 5 s", async () => {
    const world = createWorld({ canAccessChannel: () => new Promise(() => {}) });
    const ada = await world.join("ada");
    ada.send({ t: "sub", r: 1, c: "public:a" });
    await world.after(5_000);
    expect(ada.last("fail")).toMatchObject({ r: 1, code: "timeout" });
  });

  test("fails with internal-error when canAccessChannel() throws, says no more, and disturbs nobody", async () => {
    const world = createWorld({
      canAccessChannel: (user) => {
        if (user?.userId === "eve") throw new TypeError("secret detail");
        return true;
      },
    });
    const eve = await world.join("eve");
    const ada = await world.join("ada");
    const failure = await eve.sub("public:a");
    expect(failure).toMatchObject({ t: "fail", code: "internal-error" });
    expect(JSON.stringify(failure)).not.toContain("secret");
    expect(world.reported.map(({ where }) => where)).toEqual(['frame "sub"']);
    expect(await ada.sub("public:a")).toMatchObject({ t: "joined" });
    expect(eve.closedWith).toBeUndefined();
  });

  test("fails alike when the app's onError() throws as well", async () => {
    const world = createWorld({
      canAccessChannel: () => {
        throw new Error("first");
      },
      onError: () => {
        throw new Error("second");
      },
    });
    expect(await (await world.join("ada")).sub("public:a")).toMatchObject({ t: "fail", code: "internal-error" });
  });

  test("is bounded to 50 channels, and leaving one makes room", async () => {
    const ada = await createWorld().join("ada");
    for (let index = 0; index < 50; index++) expect((await ada.sub(`public:c${index}`)).t).toBe("joined");
    expect(await ada.sub("public:c50")).toMatchObject({ t: "fail", code: "limit-exceeded" });
    await ada.sub("public:c7");
    ada.send({ t: "unsub", c: "public:c7" });
    expect((await ada.sub("public:c50")).t).toBe("joined");
  });

  test("asks the app once per connection, channel and action", async () => {
    const asked: string[] = [];
    const world = createWorld({
      canAccessChannel: (user, channel, action) => asked.push(`${user?.userId} ${action} ${channel}`) > 0,
    });
    const ada = await world.join("ada");
    const bob = await world.join("bob");
    await ada.sub(ROOM);
    await bob.sub(ROOM);
    for (let sequence = 1; sequence < 20; sequence++) await ada.pub(ROOM, sequence);
    expect(asked).toEqual([
      "ada subscribe presence:room:1",
      "ada presence presence:room:1",
      "bob subscribe presence:room:1",
      "bob presence presence:room:1",
      "ada publish presence:room:1",
    ]);
  });

  test("is paced, and says after what time to try again", async () => {
    const world = createWorld({ limits: { channels: 1 } });
    const ada = await world.join("ada");
    for (let index = 0; index < 4; index++) await ada.sub("public:a");
    expect(await ada.sub("public:a")).toMatchObject({ t: "fail", code: "rate-limited", after: 1_000 });
  });
});

test("a schema that the definitions name validates the state one joins with", async () => {
  const channels = defineChannels({ "presence:room:{id}": { presence: z.object({ colour: z.string() }) } });
  const ada = await createWorld({ channels }).join("ada");
  expect(await ada.sub(ROOM, { p: { status: "online", customState: { colour: 7 } } })).toMatchObject({
    t: "fail",
    code: "invalid-payload",
  });
  expect(await ada.sub(ROOM, { p: { status: "online", customState: { colour: "red" } } })).toMatchObject({
    t: "joined",
  });
});
