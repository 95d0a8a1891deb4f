/** The example for authors of drivers, held to the contract over the BroadcastChannel of Node. */
import { createRealtime, type Realtime } from "@attune/core";
import { RealtimeError } from "@attune/protocol";
import { expect, test } from "vitest";
import { broadcastChannelDriver } from "../examples/broadcast-channel-driver.js";
import { describeDriver, type DriverWorld } from "../src/conformance/index.js";
import { type ManualClock, manualClock } from "../src/index.js";
import { settleMicrotasks } from "../src/macrotask.js";

const HEARTBEAT_MS = 100;
const STEP_MS = HEARTBEAT_MS / 2;

/** All lines that are open in a world. */
type Lines = Set<WatchedLine>;

/** A BroadcastChannel that knows what is on its way to it, and on which channels its tab is. */
class WatchedLine extends BroadcastChannel {
  readonly client: string;
  readonly channels = new Set<string>();
  underWay = 0;
  readonly #lines: Lines;
  readonly #doubled: Set<string>;

  /** @param doubled channels whose next message goes out twice */
  constructor(name: string, client: string, lines: Lines, doubled: Set<string>) {
    super(name);
    this.#doubled = doubled;
    this.client = client;
    this.#lines = lines.add(this);
    this.addEventListener("message", () => (this.underWay -= 1));
  }

  override postMessage(text: string): void {
    const frame = JSON.parse(text) as { readonly type: string; readonly channel: string };
    const copies = frame.type === "message" && this.#doubled.delete(frame.channel) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) super.postMessage(text);
    for (const line of this.#lines) if (line !== this) line.underWay += copies;
    if (frame.type === "here") this.channels.add(frame.channel);
    if (frame.type === "bye") this.channels.delete(frame.channel);
  }

  override close(): void {
    this.#lines.delete(this);
    super.close();
  }
}

/** A clock that stands still while anything is under way: frames take real time, and heartbeats must not overtake them. */
function clockOver(lines: Lines): ManualClock {
  const clock = manualClock();
  async function arrived(): Promise<void> {
    do await settleMicrotasks();
    while ([...lines].some(({ underWay }) => underWay > 0));
  }
  return {
    ...clock,
    get pendingTimers() {
      return clock.pendingTimers;
    },
    async advance(ms) {
      await arrived();
      for (let leftMs = ms; leftMs >= 0; leftMs -= STEP_MS) {
        await clock.advance(Math.min(leftMs, STEP_MS));
        await arrived();
      }
    },
  };
}

let worlds = 0;

function makeWorld(): DriverWorld & { readonly clock: ManualClock } {
  worlds += 1;
  const name = `world ${worlds}`;
  const lines: Lines = new Set();
  const refused = new Set<string>();
  const turnedAway = new Set<string>();
  const denied = new Set<string>();
  const doubled = new Set<string>();
  const seen: { readonly client: string; readonly token: string | undefined }[] = [];
  let asked = 0;

  const deny = (channel: string, client: string): void => void denied.add(`${client} ${channel}`);
  return {
    clock: clockOver(lines),
    client: ({ client, user }) => ({
      auth: () => `${client}, ${++asked}`,
      driver: broadcastChannelDriver({
        name,
        heartbeatMs: HEARTBEAT_MS,
        authenticate(token) {
          seen.push({ client, token });
          if (turnedAway.has(client)) throw new RealtimeError("unauthorized", `${client} is turned away.`);
          return user;
        },
        canAccessChannel: (_, channel) => !denied.has(`${client} ${channel}`),
        open(line) {
          if (refused.has(client)) throw new Error(`${client} is refused.`);
          return new WatchedLine(line, client, lines, doubled);
        },
      }),
    }),
    subscribers: (channel) => [...lines].filter(({ channels }) => channels.has(channel)).length,
    connections: () => lines.size,
    close() {
      for (const line of lines) line.close();
    },
    // Its driver notices at the next heartbeat, and the others when it has missed some.
    cut(client) {
      for (const line of lines) if (line.client === client) line.close();
    },
    refuse: (client) => void refused.add(client),
    accept: (client) => void refused.delete(client),
    turnAway: (client) => void turnedAway.add(client),
    forbid: deny,
    revoke: deny,
    double: (channel) => void doubled.add(channel),
    cannot: {
      halfOpen: "A BroadcastChannel is open or closed: whatever is posted arrives.",
      expireToken: "A token is looked at when a line is opened, by the app itself.",
    },
    tokensSeen: (client) => seen.flatMap((each) => (each.client === client ? [each.token] : [])),
  };
}

const { capabilities } = broadcastChannelDriver({ authenticate: () => ({ userId: "", name: "" }) });
describeDriver("example, BroadcastChannel", makeWorld, capabilities);

type World = ReturnType<typeof makeWorld>;

async function enter(world: World, client: string): Promise<Realtime> {
  const parts = await world.client({ client, user: { userId: client, name: client } });
  return createRealtime({ ...parts, env: { clock: world.clock } });
}

test("a newcomer sees who is there before any heartbeat", async () => {
  const world = makeWorld();
  const [ada, bob] = [await enter(world, "ada"), await enter(world, "bob")];
  for (const { channel } of [ada, bob]) {
    channel("presence:room:1").join();
    await world.clock.advance(0);
  }
  expect(bob.presence("presence:room:1").getMembers()).toMatchObject([{ userId: "ada" }, { userId: "bob" }]);
  for (const realtime of [ada, bob]) realtime.dispose();
});

test("a message that finds the line closed arrives over the next one", async () => {
  const world = makeWorld();
  const [ada, bob] = [await enter(world, "ada"), await enter(world, "bob")];
  const heard: unknown[] = [];
  ada.channel("public:news").join();
  bob.subscribe("public:news", "message", ({ data }) => heard.push(data));
  await world.clock.advance(0);
  world.cut?.("ada");
  void ada.publish("public:news", "message", "late");
  await world.clock.advance(0);
  expect(heard).toEqual([]);
  await world.clock.advance(10_000);
  expect(heard).toEqual(["late"]);
  for (const realtime of [ada, bob]) realtime.dispose();
});

test("a Date arrives as text, as it does over providers that send JSON", async () => {
  const world = makeWorld();
  const [ada, bob] = [await enter(world, "ada"), await enter(world, "bob")];
  const heard: unknown[] = [];
  bob.subscribe("public:news", "message", ({ data }) => heard.push(data));
  await world.clock.advance(0);
  await ada.publish("public:news", "message", { at: new Date(0) });
  await world.clock.advance(0);
  expect(heard).toEqual([{ at: "1970-01-01T00:00:00.000Z" }]);
  for (const realtime of [ada, bob]) realtime.dispose();
  expect(world.connections()).toBe(0);
});
