import { describe, expect, test } from "vitest";
import { names, together, watch } from "../support/together.js";
import { createWorld, ROOM } from "../support/world.js";

describe("during a reconnect", () => {
  test("the members stay, unconfirmed, and nobody is said to have left or joined", async () => {
    const { hub, channel, events, clock } = await together("bob");
    const seen: string[][] = [];
    channel.$members.listen((members) => seen.push(names(members)));
    hub.cut("ada");
    await clock.advance(0);
    expect(names(channel.$members.get())).toEqual(["ada?", "bob?"]);
    await clock.advance(1_000);
    expect(names(channel.$members.get())).toEqual(["ada", "bob"]);
    expect(events).toEqual([]);
    expect(seen.every((members) => members.length === 2)).toBe(true);
  });

  test("the same when it is the channel that ended, and is joined anew; one that is closed shows nobody", async () => {
    const { hub, channel, events, clock } = await together("bob");
    hub.crashChannel(ROOM, "ada");
    await clock.advance(0);
    expect(names(channel.$members.get())).toEqual(["ada?", "bob?"]);
    await clock.advance(2_000);
    const comings = () => events.filter((event) => !event.startsWith("~"));
    expect([names(channel.$members.get()).sort(), comings()]).toEqual([["ada", "bob"], []]);
    hub.revoke(ROOM, "ada");
    await clock.advance(0);
    expect([names(channel.$members.get()), comings()]).toEqual([[], []]);
  });

  test("my own state never blinks", async () => {
    const { hub, channel, clock } = await together();
    channel.setMyState({ status: "away", customState: { a: 1 } });
    const seen: unknown[] = [];
    channel.$me.listen((me) => seen.push(me));
    hub.cut();
    await clock.advance(1_000);
    expect(seen).toEqual([]);
    expect(hub.members(ROOM)[0]?.state).toEqual({ status: "away", customState: { a: 1 } });
  });

  test("who left meanwhile is told, once, when the members are known again", async () => {
    const { hub, rest, channel, events, clock } = await together("bob", "cy");
    hub.cut("ada");
    await rest[0]?.disconnect();
    await clock.advance(1_000);
    expect([events, names(channel.$members.get())]).toEqual([["-bob"], ["ada", "cy"]]);
  });

  test("others see nothing of somebody who is back within the grace, by whoever applies it", async () => {
    for (const presence of ["server", "driver"] as const) {
      const world = createWorld();
      const ada = world.client("ada", { provider: { presence } });
      const events = watch(ada.realtime);
      await world.settle();
      world.client("bob", { provider: { presence } }).realtime.channel(ROOM).join();
      await world.settle();
      world.hub.cut("bob");
      await world.clock.advance(20_000);
      expect([presence, events.filter((event) => event.includes("bob") && !event.startsWith("~"))]).toEqual([
        presence,
        ["+bob"],
      ]);
    }
  });

  test("a server that has just started is given time before the absent are said to have left", async () => {
    const { hub, rest, channel, events, clock } = await together("bob", "cy");
    await Promise.all(rest.map((realtime) => realtime.disconnect()));
    events.length = 0;
    rest[1]?.channel(ROOM);
    await rest[0]?.connect();
    await rest[1]?.connect();
    await clock.advance(0);
    events.length = 0;
    hub.settling = true;
    hub.cut("ada");
    await rest[0]?.disconnect();
    await clock.advance(1_000);
    expect([events, names(channel.$members.get())]).toEqual([[], ["ada", "bob?", "cy"]]);
    await clock.advance(14_499);
    expect(events).toEqual([]);
    await clock.advance(1);
    expect([events, names(channel.$members.get())]).toEqual([["-bob"], ["ada", "cy"]]);
  });

  test("somebody who comes back while the server settles is confirmed, by whichever connection", async () => {
    const { hub, rest, channel, events, clock } = await together("bob");
    hub.settling = true;
    hub.cut("ada");
    await rest[0]?.disconnect();
    await clock.advance(1_000);
    await rest[0]?.connect();
    await clock.advance(0);
    expect(names(channel.$members.get())).toEqual(["ada", "bob"]);
    await clock.advance(30_000);
    expect(events.filter((event) => !event.startsWith("~"))).toEqual([]);
  });
});
