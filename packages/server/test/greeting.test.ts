import { DEFAULT_LIMITS, PROTOCOL_VERSION, RealtimeError } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import { Admission } from "../src/access/admission.js";
import { identify } from "../src/connection/greeting.js";
import { PacedReport } from "../src/env/paced-report.js";
import type { ServerContext } from "../src/server-context.js";
import { createCounters } from "../src/stats.js";
import { createWorld, settle } from "./kit/world.js";

describe("a hello", () => {
  test("is answered with who the client is, a session, and the limits", async () => {
    const world = createWorld();
    const ada = await world.join("ada");
    expect(ada.welcome).toMatchObject({
      v: 1,
      resumed: false,
      user: { userId: "ada", name: "ADA" },
      now: world.clock.now(),
      limits: DEFAULT_LIMITS,
    });
    expect(new Set([...ada.welcome.s, ada.welcome.conn]).size).toBe(3);
  });

  test("without authenticate() makes everybody anonymous", async () => {
    const world = createWorld({ authenticate: () => null });
    expect((await world.join("ada")).welcome.user).toBeNull();
  });

  test("of another version is closed with 4102", async () => {
    const client = createWorld().dial();
    client.raw({ t: "hello", v: 2, vis: true });
    await settle();
    expect(client.last("bye").code).toBe(4102);
    expect(client.closedWith?.code).toBe(4102);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("secret detail");
      },
    ],
    ["rejects", () => Promise.reject(new RealtimeError("unauthorized", "no"))],
  ])("is closed with 4100 and no detail when authenticate() %s", async (_how, authenticate) => {
    const world = createWorld({ authenticate });
    const client = await world.join("ada");
    expect(client.last("bye")).toEqual({ t: "bye", code: 4100, msg: "The server did not accept the token." });
    expect(world.core.stats()).toMatchObject({ connections: 0, sessions: 0 });
  });

  test("that authenticate() turns away as unauthorized is reported to nobody", async () => {
    const world = createWorld({
      authenticate: () => {
        throw new RealtimeError("unauthorized", "unknown token");
      },
    });
    expect((await world.join("stranger")).closedWith?.code).toBe(4100);
    expect(world.reported).toEqual([]);
  });

  test("cannot fill the log: of other errors of authenticate() a few are reported, and how many were not", async () => {
    const world = createWorld({
      authenticate: ({ token }) => {
        throw new Error(token);
      },
    });
    for (let n = 1; n <= 100; n++) expect((await world.join(`bad-${n}`)).closedWith?.code).toBe(4100);
    expect(world.reported.map(({ where }) => where)).toEqual(Array(10).fill("authenticate()"));
    await world.after(10_000);
    await world.join("bad-101");
    await world.join("bad-102");
    expect(world.reported.slice(10)).toEqual([
      { error: new Error("bad-101"), where: "authenticate() (90 more before this were left out)" },
    ]);
  });

  test.each([
    [{ name: "no id" }],
    [{ userId: "", name: "x" }],
    [{ userId: "a", name: 7 }],
    [{ userId: "a", name: "x", avatar: {} }],
    [undefined],
  ])("is closed with 4004 and reported when authenticate() answers %j", async (answer) => {
    const world = createWorld({ authenticate: () => answer as never });
    const client = await world.join();
    expect(client.closedWith?.code).toBe(4004);
    expect(world.reported).toHaveLength(1);
  });

  test("takes only what belongs to a user from authenticate()", async () => {
    const user = { userId: "ada", name: "Ada", avatar: "a.png", passwordHash: "x" };
    const client = await createWorld({ authenticate: () => user }).join();
    expect(client.welcome.user).toEqual({ userId: "ada", name: "Ada", avatar: "a.png" });
  });

  test("that is not answered within 10 s is closed, and the late answer makes no session", async () => {
    let answer: (user: null) => void = () => {};
    const world = createWorld({ authenticate: () => new Promise<null>((resolve) => void (answer = resolve)) });
    const client = await world.join("ada");
    await world.after(9_999);
    expect(client.closedWith).toBeUndefined();
    await world.after(1);
    expect(client.closedWith?.code).toBe(4002);
    answer(null);
    await settle();
    expect(world.core.stats()).toMatchObject({ connections: 0, sessions: 0 });
  });

  test("that is never answered leaves nothing noted of its client", async () => {
    const { core, after } = createWorld({ authenticate: () => new Promise(() => {}) });
    const server = {
      settings: core.settings,
      admission: new Admission(0, 1),
      counters: createCounters(),
      arrivals: new Set<Set<string>>(),
      unauthenticated: new PacedReport(core.settings.env, "authenticate()"),
    } as Partial<ServerContext> as ServerContext;
    const link = { send: () => {}, close: () => {}, bufferedBytes: () => 0 };
    const answer = identify(server, link, { t: "hello", v: PROTOCOL_VERSION, vis: true }).catch((error) => error);
    await after(9_999);
    expect(server.arrivals.size).toBe(1);
    await after(1);
    expect(await answer).toMatchObject({ code: "timeout" });
    expect(server.arrivals.size).toBe(0);
  });

  test("that never comes is waited for no longer than 10 s", async () => {
    const world = createWorld();
    const client = world.dial();
    await world.after(10_000);
    expect(client.closedWith?.code).toBe(4002);
  });

  test("goes before every other frame", async () => {
    const world = createWorld();
    const client = world.dial();
    client.send({ t: "sub", r: 1, c: "public:a" });
    expect(client.closedWith?.code).toBe(4102);
  });

  test("comes once", async () => {
    const client = await createWorld().join("ada");
    client.hello("eve");
    expect(client.closedWith?.code).toBe(4102);
  });

  test("holds what follows until it is answered, up to a bound", async () => {
    let answer: (user: null) => void = () => {};
    const world = createWorld({ authenticate: () => new Promise<null>((resolve) => void (answer = resolve)) });
    const patient = await world.join();
    patient.send({ t: "sub", r: 1, c: "public:a" });
    await settle();
    expect(patient.frames).toEqual([]);
    answer(null);
    await world.after(0);
    expect(patient.frames.map(({ t }) => t)).toEqual(["welcome", "joined"]);

    const flooding = await world.join();
    for (let frame = 0; frame < 17; frame++) flooding.send({ t: "unsub", c: "public:a" });
    expect(flooding.closedWith?.code).toBe(4103);
  });

  test.each([
    ["text"],
    [null],
    [[]],
    [{}],
    [{ t: "constructor" }],
    [{ t: "sub", r: -1, c: "public:a" }],
    [{ t: "pub" }],
  ])("lets no malformed frame %j pass", async (frame) => {
    const world = createWorld();
    const client = await world.join("ada");
    client.raw(frame);
    expect(client.closedWith?.code).toBe(4102);
    expect(world.core.stats().invalidFrames).toBe(1);
  });
});

describe("admission", () => {
  test("lets so many in at once, and gives each of the rest a slot of its own", async () => {
    const world = createWorld({ bounds: { admittedPerSecond: 1_000, admittedAtOnce: 100 } });
    const clients = await Promise.all(Array.from({ length: 300 }, () => world.join()));
    const slots = clients.flatMap((client) => client.all("bye")).map(({ code, after }) => ({ code, after }));
    expect(slots).toHaveLength(200);
    expect(slots.every(({ code }) => code === 4003)).toBe(true);
    expect(new Set(slots.map(({ after }) => after)).size).toBe(200);
    expect(Math.max(...slots.map(({ after }) => after ?? 0))).toBeLessThanOrEqual(201);
    expect(world.core.stats().deferred).toBe(200);
  });

  test("tells a client of a full server to come back", async () => {
    const world = createWorld({ bounds: { sessions: 1 } });
    await world.join("ada");
    const second = await world.join("bob");
    expect(second.last("bye")).toMatchObject({ code: 4003, after: 7_500 });
  });

  test("bounds connections, also those that say nothing", async () => {
    const world = createWorld({ bounds: { connections: 2 } });
    const [first, , third] = [world.dial(), world.dial(), world.dial()];
    expect(third.last("bye")).toMatchObject({ code: 4003, after: 7_500 });
    first.drop();
    expect((await world.join("ada")).closedWith).toBeUndefined();
  });

  test("bounds the sessions of one user", async () => {
    const world = createWorld({ bounds: { sessionsPerUser: 2 } });
    await world.join("ada");
    await world.join("ada");
    expect((await world.join("ada")).closedWith?.code).toBe(4103);
    expect((await world.join("bob")).closedWith).toBeUndefined();
  });
});
