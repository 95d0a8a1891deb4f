/** Many faults while four apps talk, on the double, judged by the history checker; `ATTUNE_SOAK_FAULTS=1000` for a long run. */
import { seededRandom, until } from "@attune/testing";
import { expect, test } from "vitest";
import { recordDeliveries } from "./delivery-record.js";
import { createFaultPlan } from "./fault-plan.js";
import { explainGaps, judgeDeliveries } from "./soak-verdict.js";
import { CHANNELS, createSoakWorld, ROOM, type SoakWorld } from "./soak-world.js";

const faults = Number(process.env["ATTUNE_SOAK_FAULTS"] ?? 60);
const seeds = (process.env["ATTUNE_SOAK_SEEDS"] ?? (faults > 60 ? "1,2,3" : "1")).split(",").map(Number);
/** After so many faults they pause, until everybody sees everybody. */
const REST_EVERY = 30;
const TICK_MS = 10;
/** How many messages an app publishes on a channel in a tick, on average. */
const RATE = 0.04;

test.each(seeds)(
  `through ${faults} faults presence converges, nothing is doubled, and no loss is silent (seed %i)`,
  { timeout: 30_000 + faults * 1_000 },
  async (seed) => {
    const world = await createSoakWorld(seed);
    const { double, clients } = world;
    const names = clients.map(({ name }) => name);
    const record = recordDeliveries(double, clients);
    const random = seededRandom(seed);
    const plan = createFaultPlan(world, random);
    let converged = 0;

    await until(() => clients.every(({ isSettled }) => isSettled));
    // Of a publisher that was never heard nobody can know what is missing.
    for (const client of clients) for (const channel of CHANNELS) record.publish(client, channel);
    await until(() => record.isComplete);

    let isPublishing = true;
    const publishing = (async () => {
      for (; isPublishing; await tick()) {
        plan.tick();
        for (const client of clients) {
          for (const channel of CHANNELS) if (random() < RATE) record.publish(client, channel);
          if (random() < RATE / 20) client.service.setPresenceState(ROOM, { customState: { at: random() } });
        }
      }
    })();
    while (plan.total < faults) {
      for (let ticks = plan.strike(); ticks > 0; ticks -= 1) await tick();
      if (plan.total < REST_EVERY * (converged + 1) && plan.total < faults) continue;
      plan.end();
      await until(() => hasConverged(world), { withinMs: 15_000, describe: () => stateOf(world) });
      converged += 1;
    }
    isPublishing = false;
    await publishing;
    await until(() => record.unsettled === 0, { withinMs: 15_000, describe: () => stateOf(world) });
    // What was lost is noticed with the next message.
    for (const client of clients) for (const channel of CHANNELS) record.publish(client, channel);
    await until(() => record.isComplete && record.unsettled === 0 && hasConverged(world), {
      withinMs: 15_000,
      describe: () => stateOf(world),
    });
    const queued = clients.flatMap(({ service }) => service.$queue.get());

    const verdict = judgeDeliveries(record.events, names);
    const gaps = explainGaps(record, double, plan.dropsAt);
    const falseGaps = gaps.filter(({ reason }) => reason === "none");
    const of = (wanted: string) => gaps.filter(({ reason }) => reason === wanted).length;
    process.stdout.write(
      `seed ${seed}: ${plan.total} faults ${JSON.stringify(plan.counts)}, ${verdict.published} published, ${verdict.delivered} delivered, ` +
        `${gaps.length} gaps (public ${of("public")}, too many ${of("too-many")}, dropped ${of("dropped")}), ${verdict.failed} failed, ` +
        `${verdict.doubled} doubled, ${verdict.reordered} reordered, ${verdict.lost} lost silently, ${falseGaps.length} false gaps, ` +
        `converged ${converged} times\n`,
    );

    for (const { service } of clients) service.dispose();
    await until(
      () => double.connections.length === 0 && CHANNELS.every((name) => double.subscribers(name).length === 0),
    );
    await until(() => clients.every(({ pendingTimers, proxy }) => pendingTimers === 0 && proxy.connections === 0));
    await world.close();

    expect(verdict, JSON.stringify(verdict.examples)).toMatchObject({
      doubled: 0,
      reordered: 0,
      lost: 0,
      unsettled: 0,
      unexpected: 0,
    });
    expect(falseGaps).toEqual([]);
    expect(queued.filter(({ error }) => error?.code === undefined)).toEqual([]);
  },
);

/** The load has a pace, and faults come at a time: both are counted in this. */
function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TICK_MS));
}

/** Whether everybody is there, and sees exactly those whom the server has, as they are. */
function hasConverged({ double, clients }: SoakWorld): boolean {
  const there = JSON.stringify(
    double
      .members(ROOM)
      .map(({ client, key, meta }) => [client, key, Object(meta["state"]).customState?.at, false])
      .sort(),
  );
  return clients.every(({ isSettled, service }) => {
    const seen = service
      .channel(ROOM)
      .$members.get()
      .map(({ userId, connections, customState, unconfirmed }) => [
        userId,
        connections.map(({ connectionId }) => connectionId).join(),
        customState?.["at"],
        unconfirmed,
      ])
      .sort();
    return isSettled && seen.length === clients.length && JSON.stringify(seen) === there;
  });
}

function stateOf({ double, clients }: SoakWorld): unknown {
  return {
    members: double.members(ROOM).map(({ client, meta }) => [client, meta["state"]]),
    clients: clients.map(({ name, service }) => ({
      name,
      connection: service.$connection.get(),
      status: CHANNELS.map((channel) => service.channel(channel).$status.get()),
      members: service.channel(ROOM).$members.get(),
      queue: service.$queue.get().slice(0, 3),
    })),
  };
}
