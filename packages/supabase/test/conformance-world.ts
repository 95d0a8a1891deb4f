/** The Supabase double behind real sockets as a world of the conformance suite; each client has a proxy of its own, to be cut alone. */
import { type FaultProxy, startFaultProxy } from "@attune/testing";
import type { DriverWorld, WorldClient } from "@attune/testing/conformance";
import { createSupabaseDouble, supabaseToken } from "@attune/testing/supabase";
import { supabase } from "../src/index.js";
import { officialClient, type Version } from "./official-clients.js";

interface Guest extends WorldClient {
  readonly proxy: FaultProxy;
  readonly tokens: string[];
  isTurnedAway: boolean;
}

/** @param version of the official client */
export async function supabaseConformanceWorld(version: Version): Promise<DriverWorld> {
  const guests = new Map<string, Guest>();
  const refused = new Set<string>();
  const clients: ReturnType<typeof officialClient>[] = [];
  const double = await createSupabaseDouble({
    persistence: true,
    canRead: ({ topic, token }) => token.role !== "anon" && !refused.has(`${String(token.claims["sub"])} ${topic}`),
    // The suite publishes without a pause.
    limits: { messagesPerSecond: 1_000_000, joinsPerSecond: 1_000_000 },
    delays: { joinErrorMs: 5, connectErrorMs: 5 },
  });

  function guestNamed(client: string): Guest {
    const guest = guests.get(client);
    if (!guest) throw new Error(`No client "${client}" was made in this world.`);
    return guest;
  }

  return {
    withinMs: 15_000,
    async client(who) {
      const proxy = await startFaultProxy({ target: { port: double.port } });
      const guest: Guest = { ...who, proxy, tokens: [], isTurnedAway: false };
      guests.set(who.client, guest);
      let asked = 0;
      const client = officialClient(version, {
        url: `http://127.0.0.1:${proxy.port}`,
        client: who.client,
        token() {
          asked += 1;
          const token = supabaseToken({
            sub: who.user.userId,
            user_metadata: { name: who.user.name },
            jti: `${asked}`,
            ...(guest.isTurnedAway ? { secret: "another project's" } : {}),
          });
          guest.tokens.push(token);
          return token;
        },
      });
      clients.push(client);
      return { driver: supabase(client) };
    },
    subscribers: (channel) => double.subscribers(channel).length,
    connections: () => double.connections.length,
    async close() {
      await Promise.all(clients.map((client) => client.realtime.disconnect()));
      await double.close();
      await Promise.all(Array.from(guests.values(), ({ proxy }) => proxy.close()));
    },
    cut: (client) => guestNamed(client).proxy.reset(),
    refuse: (client) => guestNamed(client).proxy.refuse(),
    accept: (client) => guestNamed(client).proxy.accept(),
    turnAway(client) {
      guestNamed(client).isTurnedAway = true;
    },
    forbid: (channel, client) => void refused.add(`${guestNamed(client).user.userId} ${channel}`),
    revoke(channel, client) {
      refused.add(`${guestNamed(client).user.userId} ${channel}`);
      double.closeChannel(channel, `You no longer have permission to read from this Channel topic: ${channel}`, client);
    },
    halfOpen: (client) => guestNamed(client).proxy.halfOpen(),
    heal: (client) => guestNamed(client).proxy.heal(),
    double: () => double.doubleNextBroadcast(),
    forget: (channel) => double.forgetMessages(channel),
    expireToken: (client) => double.expireTokens(client),
    tokensSeen: (client) => guestNamed(client).tokens,
  };
}
