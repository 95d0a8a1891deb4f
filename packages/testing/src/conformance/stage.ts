/** What a case acts on: clients, the world's faults, and time. */
import type { Capabilities } from "@attune/core/driver";
import { expect } from "vitest";
import { brokenRules } from "./contract-order.js";
import type { Ability, DriverWorld, FaultAbility } from "./driver-world.js";
import { createParticipant, type Participant } from "./participant.js";
import { createWaiting, type Waiting } from "./waiting.js";

/** The stage of one case. */
export interface Stage extends Waiting {
  readonly world: DriverWorld;
  readonly capabilities: Capabilities;
  readonly graceMs: number;
  /** A client, not connected yet; `userId` is `client`, unless it is another tab of somebody. */
  enter(client: string, userId?: string): Promise<Participant>;
  /** An ability of the world. @throws {Error} that says what to add, when the world lacks it */
  ability<A extends Ability>(name: A): NonNullable<DriverWorld[A]>;
  /** The same for a fault. @throws {NotTried} when the world declares that there is no way to it */
  fault<A extends FaultAbility>(name: A): NonNullable<DriverWorld[A]>;
  /** Waits until these are live on a channel that they have joined. */
  live(channel: string, ...participants: readonly Participant[]): Promise<void>;
  /** Waits until a client is through its second join, or a later one. */
  joinedAgain(participant: Participant): Promise<void>;
  /** Breaks a connection, and waits until the client knows. */
  cut(participant: Participant): Promise<void>;
  /** Breaks a connection, and keeps the client away. */
  keepAway(participant: Participant): Promise<void>;
  /** Lets a client come back that was kept away, and waits until it is. */
  letBack(participant: Participant): Promise<void>;
  /** The rules that every case is held to, whatever it is about. */
  judge(): void;
  close(): Promise<void>;
}

/** A case that its world has no way to play, by declaration. */
export class NotTried extends Error {
  override readonly name = "NotTried";
}

/** Sets the stage in a world. */
export function createStage(world: DriverWorld, capabilities: Capabilities, caseName: string): Stage {
  const { clock, withinMs = 5_000, graceMs = 5_000 } = world;
  const waiting = createWaiting(clock, withinMs);
  const participants: Participant[] = [];
  const reported: unknown[] = [];

  function ability<A extends Ability>(name: A): NonNullable<DriverWorld[A]> {
    const found = world[name];
    if (found) return found.bind(world) as NonNullable<DriverWorld[A]>;
    throw new Error(
      `This world lacks ${name}(), and "${caseName}" needs it: add it to what make() returns (DriverWorld.${name}).`,
    );
  }

  async function cut({ client, tap }: Participant): Promise<void> {
    const losses = (): number => tap.said.filter(({ what }) => what === "closed").length;
    const before = losses();
    await ability("cut")(client);
    await waiting.until(`${client} notices that its connection broke`, () => losses() > before);
  }

  return {
    ...waiting,
    world,
    capabilities,
    graceMs,
    ability,
    fault(name) {
      const reason = world.cannot?.[name];
      if (reason !== undefined) throw new NotTried(reason);
      return ability(name);
    },
    async enter(client, userId = client) {
      const who = { client, user: { userId, name: `Name of ${userId}` } };
      const participant = createParticipant(who, await world.client(who), clock, (error) => reported.push(error));
      participants.push(participant);
      return participant;
    },
    live: (channel, ...those) =>
      waiting.becomes(
        `${those.map(({ client }) => client).join(" and ")} joined ${channel}`,
        () => those.map(({ realtime }) => realtime.channel(channel).$status.get()),
        those.map(() => expect.objectContaining({ phase: "joined", continuity: "live" })),
      ),
    joinedAgain: ({ client, tap }) =>
      waiting.until(
        `${client} is on the channel again`,
        () => tap.said.filter(({ what }) => what === "live").length >= 2,
      ),
    cut,
    async keepAway(participant) {
      await ability("refuse")(participant.client);
      await cut(participant);
    },
    async letBack({ client, realtime }) {
      await ability("accept")(client);
      await waiting.becomes(`${client} is back`, () => realtime.getConnectionState(), "connected");
    },
    judge() {
      for (const { tap, client } of participants)
        expect(brokenRules(tap.said, capabilities), `rules of the contract that the driver of ${client} broke`).toEqual(
          [],
        );
      expect(reported, "errors that nobody else heard of").toEqual([]);
    },
    async close() {
      for (const { realtime } of participants) realtime.dispose();
      await clock?.advance(0);
      await world.close();
    },
  };
}
