/** Judges what everybody sees when all is quiet again, and what is left when all are gone. */
import type { App } from "../schedule/app.js";
import { ROOM } from "../schedule/app.js";
import type { Stage } from "../schedule/strike.js";
import type { SimulatedClient } from "../world/simulated-client.js";
import type { PresenceWatch } from "./presence-watch.js";
import type { Promised, Violation } from "./violation.js";

/** A message on a line in order takes less than this, to everybody. */
const ROUND_MS = 1_000;
/** When everybody has said goodbye, the server has nothing left to wait for after this. */
const FAREWELL_MS = 1_000;

/** Looks at everything, lets everybody say one more thing, and sends them home. */
export async function judgeEnd(stage: Stage, app: App, watch: PresenceWatch): Promise<readonly Violation[]> {
  const { world, server, clients } = stage;
  const violations: Violation[] = [];
  const accuse = (promise: Promised, how: string): void => void violations.push({ promise, how });
  for (const client of clients) judgeClient(client, accuse);
  for (const client of clients) for (const channel of client.leases.keys()) app.publish(client, channel);
  await world.time.advance(ROUND_MS);
  judgePresence(clients, app, watch, accuse);
  for (const client of clients) {
    const left = client.realtime.$queue.value?.filter(({ state }) => state !== "failed").length;
    if (left) accuse("queue-not-empty", `${client.life} holds ${left} messages`);
    client.realtime.dispose();
  }
  await world.time.advance(FAREWELL_MS);
  const { core } = server;
  const stats = core?.stats();
  if (stats?.sessions || stats?.channels)
    accuse("ghost", `the server keeps ${stats.sessions} sessions, ${stats.channels} channels`);
  void core?.close();
  await world.time.advance(FAREWELL_MS);
  const left = [...clients, server].filter(({ pendingTimers }) => pendingTimers > 0);
  for (const one of left) accuse("timer-left", `${one.pendingTimers} in ${"name" in one ? one.name : "the server"}`);
  return violations;
}

function judgeClient(client: SimulatedClient, accuse: (promise: Promised, how: string) => void): void {
  const { status } = client.realtime.$connection.value ?? {};
  if (status !== "connected") return accuse("not-connected", `${client.life} is ${status}`);
  for (const channel of client.leases.keys()) {
    const { phase, continuity } = client.channel(channel).$status.value ?? {};
    if (phase !== "joined" || continuity !== "live")
      accuse("not-live", `${client.life} on ${channel}: ${phase}, ${continuity}`);
  }
}

function judgePresence(
  clients: readonly SimulatedClient[],
  app: App,
  watch: PresenceWatch,
  accuse: (promise: Promised, how: string) => void,
): void {
  const here = clients.filter((client) => watch.isWanted(client));
  const expected = new Map<string, SimulatedClient[]>();
  for (const client of here) expected.set(client.userId, [...(expected.get(client.userId) ?? []), client]);
  const connectionIds = new Set(here.map(({ realtime }) => connectionIdOf(realtime.$connection.value)));
  for (const observer of here) {
    const channel = observer.channel(ROOM);
    const members = channel.$members.value ?? [];
    for (const { userId, unconfirmed, connections } of members) {
      const own = expected.get(userId) ?? [];
      if (own.length === 0 || unconfirmed) accuse("ghost", `${observer.life} sees "${userId}"`);
      else if (connections.length !== own.length) {
        accuse("ghost", `${observer.life} sees "${userId}" ${connections.length} times, not ${own.length}`);
      }
    }
    for (const [userId, own] of expected) {
      const member = members.find((one) => one.userId === userId);
      if (!member) accuse("missing-member", `${observer.life} does not see "${userId}"`);
      for (const client of own) {
        const connection = member?.connections.find(
          ({ connectionId }) => connectionId === connectionIdOf(client.realtime.$connection.value),
        );
        const step = (connection?.customState as { step?: number } | undefined)?.step;
        const wanted = app.shown.get(client);
        if (member && wanted !== undefined && step !== wanted)
          accuse("stale-state", `${observer.life} sees ${client.life} at ${step}, not ${wanted}`);
      }
    }
    for (const { connectionId } of channel.signals("cursor").value ?? []) {
      if (!connectionIds.has(connectionId))
        accuse("stale-signal", `${observer.life} sees a cursor of "${connectionId}"`);
    }
    if (channel.$typing.value?.length) accuse("stale-typing", `${observer.life} sees somebody type`);
  }
}

function connectionIdOf(
  state: { readonly connectionId?: string; readonly status: string } | undefined,
): string | undefined {
  return state && "connectionId" in state ? state.connectionId : undefined;
}
