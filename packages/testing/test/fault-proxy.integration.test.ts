import { connect, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { type FaultProxy, play, scenario, seededRandom, startFaultProxy, until } from "../src/index.js";
import { echoWorld } from "./echo-world.js";

const world = echoWorld();

const faultsIn = (log: FaultProxy["log"]) => log.flatMap(({ what, fault }) => (fault ? [what] : []));

test("passes bytes on, both ways", async () => {
  const client = await world.open();
  client.socket.write("hello");
  await until(() => client.text === "hello");
  expect(world.proxy.connections).toEqual([1]);
  expect(world.proxy.log).toMatchObject([{ what: "opened", connection: 1 }]);
});

test("passes an ending on in each direction", async () => {
  const [first, second] = [await world.open(), await world.open()];
  first.socket.end("bye");
  await until(() => world.received === "bye" && world.serverSockets[0]?.readableEnded);
  await until(() => world.serverSockets.length === 2);
  world.serverSockets[1]?.end("closing time");
  await until(() => second.end === "cut");
  expect(second.text).toBe("closing time");
  await until(() => world.proxy.connections.length === 0);
});

test("passes a reset on as a reset, in each direction", async () => {
  const [first, second] = [await world.openThrough(), await world.openThrough()];
  world.serverSockets[0]?.resetAndDestroy();
  await until(() => first.end === "reset");
  second.socket.resetAndDestroy();
  await until(() => world.serverEnds.get(world.serverSockets[1] as Socket) === "reset");
});

test.each(["reset", "cut"] as const)("%s: ends every connection, or one, and notes it", async (how) => {
  const [first, second, third] = [await world.openThrough(), await world.openThrough(), await world.openThrough()];
  await world.proxy[how]({ connection: 2 });
  await until(() => second.end === how);
  expect([first.end, third.end]).toEqual([undefined, undefined]);
  await world.proxy[how]();
  expect(world.proxy.connections).toEqual([]);
  await until(() => first.end === how && third.end === how);
  expect(world.proxy.log.filter(({ what }) => what === how)).toMatchObject(
    [2, 1, 3].map((connection) => ({ connection })),
  );
});

describe("pause", () => {
  test("holds bytes and endings back, also of new connections, and resume lets them arrive", async () => {
    const client = await world.open();
    client.socket.write("before ");
    await until(() => client.text === "before ");
    await world.proxy.pause();
    client.socket.end("after");
    const late = await world.open();
    late.socket.write("!");
    await world.roundTrip();
    expect(client.text).toBe("before ");
    expect(world.received).toBe("before ");

    await world.proxy.resume();
    await until(() => client.text === "before after" && late.text === "!");
    expect(world.proxy.log.map(({ what }) => what).filter((what) => what !== "closed")).toEqual([
      "opened",
      "pause",
      "opened",
      "resume",
    ]);
  });

  test.each([
    ["up", ""],
    ["down", "hello"],
  ] as const)("is deaf in one direction (%s)", async (direction, atServer) => {
    const client = await world.open();
    await world.proxy.pause(direction);
    client.socket.write("hello");
    if (atServer) await until(() => world.received === atServer);
    await world.roundTrip();
    expect(world.received).toBe(atServer);
    expect(client.text).toBe("");
    await world.proxy.resume();
    await until(() => client.text === "hello");
  });
});

describe("halfOpen", () => {
  test("swallows bytes and endings both ways, and tells nobody", async () => {
    const [first, second] = [await world.openThrough(), await world.openThrough()];
    await world.proxy.halfOpen();
    first.socket.write("lost");
    world.serverSockets[1]?.write("lost too");
    first.socket.resetAndDestroy();
    world.serverSockets[1]?.end();
    await world.roundTrip();
    expect([world.received, second.text, second.end]).toEqual(["", "", undefined]);
    expect(world.serverSockets[0]?.readableEnded).toBe(false);
    expect(world.serverSockets.map((socket) => world.serverEnds.get(socket))).toEqual([undefined, undefined]);
    expect(world.proxy.connections).toEqual([1, 2]);
  });

  test.each([
    ["up", "", "down"],
    ["down", "up", ""],
  ] as const)("loses one way only (%s)", async (direction, atServer, atClient) => {
    const client = await world.openThrough();
    await world.proxy.halfOpen(direction);
    client.socket.write("up");
    world.serverSockets[0]?.write("down");
    await until(() => world.received === atServer && client.text === atClient);
    await world.roundTrip();
    expect([world.received, client.text]).toEqual([atServer, atClient]);
  });

  test("strikes new connections, until heal: then those that lost bytes are reset, and the others go on", async () => {
    const [quiet, talker] = [await world.openThrough(), await world.openThrough()];
    await world.proxy.halfOpen();
    const late = await world.open();
    talker.socket.write("lost");
    late.socket.write("lost");
    await world.roundTrip();
    await world.proxy.heal();
    await until(() => talker.end === "reset" && late.end === "reset");
    quiet.socket.write("still here");
    await until(() => quiet.text === "still here");
    const next = await world.openThrough();
    expect(next.end).toBeUndefined();
  });

  test("is for one connection, when asked", async () => {
    const [first, second] = [await world.openThrough(), await world.openThrough()];
    await world.proxy.halfOpen("both", { connection: 1 });
    first.socket.write("lost");
    second.socket.write("heard");
    await until(() => second.text === "heard");
    expect(world.received).toBe("heard");
  });
});

test("refuse: resets new connections until accept", async () => {
  await world.proxy.refuse();
  const refused = await world.open();
  await until(() => refused.end === "reset");
  expect(world.serverSockets).toEqual([]);
  expect(world.proxy.log).toMatchObject([{ what: "refuse" }, { what: "refused", connection: 1 }]);
  await world.proxy.accept();
  await world.openThrough();
});

test("hang: takes new connections and never answers; heal resets them", async () => {
  const before = await world.openThrough();
  await world.proxy.hang();
  const hung = await world.open();
  hung.socket.write("anyone?");
  before.socket.write("heard");
  await until(() => before.text === "heard");
  await world.roundTrip();
  expect([hung.text, hung.end, world.serverSockets.length]).toEqual(["", undefined, 1]);
  await world.proxy.heal();
  await until(() => hung.end === "reset");
  await world.openThrough();
});

test("cutEvery: ends each connection at a time of its own, also those that come later, until it is stopped", async () => {
  const stop = world.proxy.cutEvery(10, 30, "either");
  for (let round = 0; round < 10; round++) {
    const client = await world.open();
    await until(() => client.end);
  }
  expect(faultsIn(world.proxy.log)).toHaveLength(10);
  expect(new Set(faultsIn(world.proxy.log))).toEqual(new Set(["reset", "cut"]));
  stop();
  const survivor = await world.openThrough();
  expect(survivor.end).toBeUndefined();
  expect(faultsIn(world.proxy.log)).toHaveLength(10);
});

test("a slow reader holds the sender up, not the proxy's memory", async () => {
  const client = await world.open();
  await until(() => world.serverSockets.length === 1);
  client.socket.pause();
  const piece = Buffer.alloc(1 << 20);
  let sent = 0;
  while (world.serverSockets[0]?.write(piece) || sent < 4) sent += 1;
  const target = world.serverSockets[0] as Socket;
  for (let more = 0; more < 60; more++) target.write(piece);
  await world.roundTrip();
  expect(target.writableLength).toBeGreaterThan(30 << 20);
  client.socket.resume();
  // Tens of megabytes, on a machine that may be busy.
  await until(() => target.writableLength === 0, { withinMs: 20_000 });
});

test("a slow line holds the sender up, too", async () => {
  await world.openThrough();
  await world.proxy.limit(1_000, { direction: "down" });
  const target = world.serverSockets[0] as Socket;
  for (let more = 0; more < 32; more++) target.write(Buffer.alloc(1 << 20));
  await world.roundTrip();
  expect(target.writableLength).toBeGreaterThan(15 << 20);
});

test("the same seed cuts in the same way", async () => {
  const kindsOf = async () => {
    const seeded = await startFaultProxy({ target: { port: world.proxy.port }, random: seededRandom(3) });
    seeded.cutEvery(1, 2, "either");
    for (let round = 0; round < 8; round++) {
      const socket = connect(seeded.port, "127.0.0.1").on("error", () => {});
      await until(() => socket.destroyed || socket.readableEnded || faultsIn(seeded.log).length > round);
      socket.destroy();
    }
    await seeded.close();
    return faultsIn(seeded.log);
  };
  expect(await kindsOf()).toEqual(await kindsOf());
});

describe("a scenario on it", () => {
  test("does every fault that a proxy can, and leaves it whole", async () => {
    const client = await world.openThrough();
    const each = { for: 5 } as const;
    const playing = play(
      scenario([
        { after: 0, fault: "half-open", direction: "up", on: "any", ...each },
        { after: 1, fault: "pause", ...each },
        { after: 1, fault: "delay", ms: 5, jitterMs: 5, ...each },
        { after: 1, fault: "slow", bytesPerSecond: 1_000, ...each },
        { after: 1, fault: "corrupt", rate: 1, ...each },
        { after: 1, fault: "hang", ...each },
        { after: 1, fault: "refuse", ...each },
      ]),
      world.proxy,
    );
    await playing.finished;
    client.socket.write("whole");
    await until(() => client.text === "whole");
    const ends = play(
      scenario([
        { after: 0, fault: "reset", on: 99 },
        { after: 0, fault: "cut", on: 1 },
      ]),
      world.proxy,
    );
    await ends.finished;
    await until(() => client.end === "cut");
    expect(faultsIn(world.proxy.log).filter((what) => what !== "heal")).toEqual([
      ...["half-open", "pause", "delay", "slow", "corrupt", "hang", "refuse", "cut"],
    ]);
  });

  test("refuses up front what a proxy cannot do", () => {
    const impossible = scenario([
      { after: 0, fault: "cut" },
      { after: 0, fault: "drop-ack" },
      { after: 0, fault: "cut", on: "ada" },
      { after: 0, fault: "refuse", on: 1, for: 1 },
    ]);
    expect(() => play(impossible, world.proxy)).toThrow(/startFaultProxy\(\) cannot.*drop-ack.*"ada".*refuse/);
    expect(world.proxy.log).toEqual([]);
  });
});
