import { describe, expect, test } from "vitest";
import { createMemoryBroker } from "../src/core.js";
import { ManualClock } from "./kit/manual-clock.js";
import { slowBroker } from "./kit/slow-broker.js";
import { createEnv, createWorld } from "./kit/world.js";

const A = "public:a";

describe("two nodes of one broker", () => {
  const ROOM = "presence:room:1";

  function twoNodes() {
    const clock = new ManualClock();
    return { clock, broker: createMemoryBroker({ env: createEnv(clock) }) };
  }

  test("share messages, presence and signals, and each client sees one room", async () => {
    const { clock, broker } = twoNodes();
    const left = createWorld({ broker }, clock, "left");
    const right = createWorld({ broker }, clock, "right");
    const ada = await left.join("ada");
    const bob = await right.join("bob");
    await ada.sub(ROOM);
    const joined = await bob.sub(ROOM);
    expect(joined.t === "joined" && joined.p.map(([, userId]) => userId).sort()).toEqual(["ada", "bob"]);
    await ada.pub(ROOM, 1);
    ada.send({ t: "sig", c: ROOM, n: "cursor", d: 1 });
    await clock.advance(100);
    expect(bob.offsets(ROOM)).toEqual([1]);
    expect(bob.last("sig").m).toEqual({ cursor: [[ada.welcome.conn, 1]] });
    expect(ada.last("pres").set.map(([, userId]) => userId)).toEqual(["bob"]);
    ada.send({ t: "unsub", c: ROOM });
    await clock.advance(100);
    expect(bob.last("pres").del).toEqual([ada.welcome.conn]);
    expect(bob.last("sig").x).toEqual([ada.welcome.conn]);
  });

  test("append a message that both get once, and answer alike", async () => {
    const { clock, broker } = twoNodes();
    const ada = await createWorld({ broker }, clock, "left").join("ada");
    const again = await createWorld({ broker }, clock, "right").join("ada");
    const first = await ada.pub(ROOM, 1);
    expect(await again.pub(ROOM, 1)).toEqual(first);
    expect(await again.pub(ROOM, 2)).toMatchObject({ t: "ack", pos: [expect.anything(), 2, "ada:p1:2"] });
  });

  test("keep a user who is on both, since the first join, when one of them closes", async () => {
    const { clock, broker } = twoNodes();
    const left = createWorld({ broker }, clock, "left");
    const right = createWorld({ broker }, clock, "right");
    const first = await left.join("ada");
    await first.sub(ROOM);
    const joinedAtMs = clock.now();
    await clock.advance(1_000);
    const second = await right.join("ada");
    await second.sub(ROOM);
    const bob = await right.join("bob");
    await clock.advance(100);
    await bob.sub(ROOM);
    await left.core.close();
    await clock.advance(100);
    expect(bob.last("pres").del).toEqual([first.welcome.conn]);
    const late = await right.join("cyd");
    const joined = await late.sub(ROOM);
    const row = joined.t === "joined" ? joined.p.find(([, userId]) => userId === "ada") : undefined;
    expect(row?.[4]).toBe(joinedAtMs);
  });

  test("differ in how far they are, and a client that moves to the slower one gets nothing twice", async () => {
    const { clock, broker } = twoNodes();
    const quick = createWorld({ broker }, clock, "left");
    const lagging = slowBroker(
      broker,
      clock,
      () => 5,
      () => 100,
    );
    const slow = createWorld({ broker: lagging }, clock, "right");
    const bob = await slow.join("bob");
    bob.send({ t: "sub", r: 1, c: ROOM });
    await clock.advance(200);
    const ada = await quick.join("ada");
    await ada.sub(ROOM);
    for (const n of [1, 2, 3]) await quick.core.publish(ROOM, "m", n);
    await clock.advance(10);
    const { e, m } = ada.last("msg");
    const [offset, id] = m.at(-1) ?? [0, ""];
    const moved = await slow.join("ada");
    moved.send({ t: "sub", r: 1, c: ROOM, since: [e, offset, id] });
    await clock.advance(200);
    await quick.core.publish(ROOM, "m", 4);
    await clock.advance(200);
    expect(moved.last("joined").ok).toBe(true);
    expect(moved.offsets(ROOM)).toEqual([4]);
    expect(bob.offsets(ROOM)).toEqual([1, 2, 3, 4]);
  });
});

test("a message that the broker failed to deliver is noticed at the next one, and follows after joining again", async () => {
  const clock = new ManualClock();
  const inner = createMemoryBroker({ env: createEnv(clock) });
  let isDeaf = false;
  const connect = () => {
    const node = inner.connect();
    const open = node.open.bind(node);
    node.open = (channel, to) =>
      open(channel, {
        appended: (message) => isDeaf || to.appended(message),
        stateChanged: (change) => to.stateChanged(change),
        rowsChanged: (change) => to.rowsChanged(change),
        signalled: (change) => to.signalled(change),
        ended: () => to.ended(),
      });
    return node;
  };
  const world = createWorld({ broker: { connect } }, clock);
  const ada = await world.join("ada");
  const joined = await ada.sub(A);
  isDeaf = true;
  await world.core.publish(A, "m", 1);
  isDeaf = false;
  await world.core.publish(A, "m", 2);
  await world.after(10);
  expect(ada.offsets(A)).toEqual([]);
  expect(ada.last("closed")).toMatchObject({ c: A, code: "channel-closed" });
  expect(await ada.sub(A, { since: joined.t === "joined" ? joined.pos : ["", 0, ""] })).toMatchObject({ ok: true });
  expect(ada.offsets(A)).toEqual([1, 2]);
});

test("a log that cannot be followed any further closes its subscriptions, and they go on by joining again", async () => {
  let ended: () => void = () => {};
  const clock = new ManualClock();
  const inner = createMemoryBroker({ env: createEnv(clock) });
  const world = createWorld(
    {
      broker: {
        connect: () => {
          const node = inner.connect();
          const open = node.open.bind(node);
          node.open = (channel, to) => {
            ended = () => to.ended();
            return open(channel, to);
          };
          return node;
        },
      },
    },
    clock,
  );
  const ada = await world.join("ada");
  await ada.sub("presence:room:1");
  ended();
  expect(ada.last("closed")).toMatchObject({ c: "presence:room:1", code: "channel-closed" });
  await ada.sub("presence:room:1");
  await ada.pub("presence:room:1", 1);
  await world.after(10);
  expect(ada.offsets("presence:room:1")).toEqual([1]);
});
