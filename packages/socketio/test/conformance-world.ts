/** Attune's server behind real sockets as a world of the conformance suite; each client has a proxy of its own, to be cut alone. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { RealtimeError } from "@attune/protocol";
import { createRealtimeServer, nodeEnv } from "@attune/server";
import { type FaultProxy, startFaultProxy } from "@attune/testing";
import type { DriverWorld, WorldClient } from "@attune/testing/conformance";
import { io, type Socket } from "socket.io-client";
import { socketio } from "../src/index.js";
import { createMischief } from "./mischief.js";

interface Guest extends WorldClient {
  readonly proxy: FaultProxy;
  readonly tokens: string[];
  isTurnedAway: boolean;
}

/** Messages that the server keeps of a channel. */
const KEPT = 50;

/** Tokens of the first guest live so long, those of the second twice as long: by that a server's timer is known. */
const LIFE_MS = 3_600_000;

/** @param kind whether the driver opens a connection of its own, or uses one that the app has */
export async function socketIoConformanceWorld(kind: "own" | "existing"): Promise<DriverWorld> {
  const guests = new Map<string, Guest>();
  const refused = new Set<string>();
  const sockets: Socket[] = [];
  const graceMs = 400;
  /** What the server does when the tokens of each guest expire. */
  const ends: (() => void)[] = [];
  const expired = new Set<string>();
  const { clock } = nodeEnv;
  const after: typeof clock.after = (ms, run) => {
    if (ms > LIFE_MS / 2) ends[Math.round(ms / LIFE_MS)] = run;
    return clock.after(ms, run);
  };
  const server = createRealtimeServer({
    authenticate({ token = "" }) {
      const guest = guests.get(token.split("#")[0] ?? "");
      if (!guest || guest.isTurnedAway || expired.has(token))
        throw new RealtimeError("unauthorized", "This token is not accepted.");
      guest.tokens.push(token);
      const lives = 1 + [...guests.values()].indexOf(guest);
      return { ...guest.user, expiresAtMs: clock.now() + lives * LIFE_MS };
    },
    canAccessChannel: (user, channel) => !refused.has(`${user?.userId} ${channel}`),
    limits: { messagesPerMinute: 0 },
    history: { messages: KEPT },
    graceMs,
    env: { ...nodeEnv, clock: { ...clock, after } },
  });
  const http = createServer();
  const mischief = createMischief(http);
  server.attach(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;

  function guestNamed(client: string): Guest {
    const guest = guests.get(client);
    if (!guest) throw new Error(`No client "${client}" was made in this world.`);
    return guest;
  }

  function forbid(channel: string, client: string): void {
    refused.add(`${guestNamed(client).user.userId} ${channel}`);
  }

  function driverAt(url: string): ReturnType<typeof socketio> {
    if (kind === "own") return socketio(url);
    const socket = io(url, { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 100 });
    sockets.push(socket);
    return socketio(socket);
  }

  return {
    graceMs,
    async client(who) {
      const proxy = await startFaultProxy({ target: { port } });
      const guest: Guest = { ...who, proxy, tokens: [], isTurnedAway: false };
      guests.set(who.client, guest);
      let asked = 0;
      return {
        driver: driverAt(`http://127.0.0.1:${proxy.port}`),
        auth() {
          asked += 1;
          return `${who.client}#${asked}`;
        },
      };
    },
    // The server counts those of all channels together.
    subscribers: () => server.stats().subscriptions,
    connections: () => server.stats().connections,
    async close() {
      for (const socket of sockets) socket.disconnect();
      await server.close();
      await Promise.all(Array.from(guests.values(), ({ proxy }) => proxy.close()));
      http.close();
      mischief.assertDone();
    },
    cut: (client) => guestNamed(client).proxy.reset(),
    refuse: (client) => guestNamed(client).proxy.refuse(),
    accept: (client) => guestNamed(client).proxy.accept(),
    turnAway(client) {
      guestNamed(client).isTurnedAway = true;
    },
    forbid,
    revoke(channel, client) {
      forbid(channel, client);
      server.revoke({ userId: guestNamed(client).user.userId, channel });
    },
    halfOpen: (client) => guestNamed(client).proxy.halfOpen(),
    heal: (client) => guestNamed(client).proxy.heal(),
    double: (channel) => mischief.double(channel),
    swap: (channel) => mischief.swap(channel),
    async forget(channel) {
      for (let n = 0; n <= KEPT; n++) await server.publish(channel, "filler", n);
    },
    expireToken(client) {
      const guest = guestNamed(client);
      for (const token of guest.tokens) expired.add(token);
      ends[1 + [...guests.values()].indexOf(guest)]?.();
    },
    tokensSeen: (client) => guestNamed(client).tokens,
    publish: async (channel, event, data) => void (await server.publish(channel, event, data)),
  };
}
