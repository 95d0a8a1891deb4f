/** Chapter: connecting, losing the connection, coming back, giving up. */
import type { ConnectionState } from "@attune/core";
import type { Capabilities } from "@attune/core/driver";
import { expect } from "vitest";
import { PRIVATE_CHANNEL } from "../channels.js";
import type { Fact } from "../conformance-case.js";

const chapter = "connection";

/** An SDK that comes back by itself makes its first attempt within this. */
const LONGEST_RETURN_MS = 2_000;

/** The facts of this chapter. */
export function connectingFacts(capabilities: Capabilities): readonly Fact[] {
  return [
    {
      chapter,
      name: "declares exactly these capabilities",
      feature: "says what it can do",
      result: "yes",
      async play(stage) {
        const { tap } = await stage.enter("ada");
        expect(tap.driver.capabilities).toEqual(capabilities);
      },
    },
    {
      chapter,
      name: "connects, and says so in named states",
      feature: "connection in named states",
      result: "yes",
      async play(stage) {
        const { realtime, states, user } = await stage.enter("ada");
        expect(realtime.getConnectionState()).toBe("disconnected");
        await stage.settled("connect() settles", realtime.connect());
        expect(states).toEqual(["connecting", "connected"]);
        expect(realtime.$connection.get()).toMatchObject({
          connectionId: expect.stringMatching(/./),
          transport: expect.stringMatching(/./),
          user: { userId: user.userId },
        });
        await realtime.disconnect();
        expect(realtime.$connection.get()).toEqual({ status: "disconnected" });
        await stage.becomes("nothing is left of the connection", () => stage.world.connections(), 0);
      },
    },
    {
      chapter,
      name: "asking twice makes one connection, and after disconnect() a new one",
      feature: "connection in named states",
      result: "yes",
      async play(stage) {
        const { realtime, tap } = await stage.enter("ada");
        await stage.settled("connect() settles", Promise.all([realtime.connect(), realtime.connect()]));
        expect(await stage.world.connections()).toBe(1);
        expect(tap.connects).toBe(1);
        realtime.channel(PRIVATE_CHANNEL).join();
        await realtime.disconnect();
        await stage.settled("connect() settles again", realtime.connect());
        await stage.becomes("the one before is gone", () => stage.world.connections(), 1);
      },
    },
    {
      chapter,
      name: "backs off and comes back after a loss, and counts the attempts",
      feature: "comes back after a loss",
      result: "yes",
      async play(stage) {
        const ada = await stage.enter("ada");
        const attempts = new Set<number>();
        let restored = 0;
        await stage.settled("connect() settles", ada.realtime.connect());
        ada.realtime.$connection.listen((state: ConnectionState) => {
          if (state.status === "reconnecting") attempts.add(state.attempt);
        });
        ada.realtime.on("connection_restored", () => (restored += 1));
        await stage.keepAway(ada);
        await stage.until("three attempts were made", () => attempts.size >= 3, 20_000);
        await stage.letBack(ada);
        expect([...attempts]).toEqual(Array.from(attempts, (_, index) => index + 1));
        expect(ada.states).toEqual(["connecting", "connected", "reconnecting", "connected"]);
        expect(restored).toBe(1);
        await stage.becomes("one connection is open", () => stage.world.connections(), 1);
      },
    },
    {
      chapter,
      name:
        capabilities.reconnect === "driver"
          ? "comes back by itself: core connects once"
          : "leaves coming back to core: one connect() for each attempt",
      feature: "who reconnects",
      result: capabilities.reconnect,
      async play(stage) {
        const ada = await stage.enter("ada");
        await stage.settled("connect() settles", ada.realtime.connect());
        if (capabilities.reconnect === "core") ada.tap.holdNextClose();
        await stage.cut(ada);
        await stage.becomes("ada is back", () => ada.realtime.getConnectionState(), "connected");
        if (capabilities.reconnect === "driver") expect(ada.tap.connects).toBe(1);
        else {
          // Nobody has closed the broken connection: one that came back by itself would say so now.
          await stage.pass(LONGEST_RETURN_MS);
          expect(ada.tap.connects).toBe(2);
        }
      },
    },
    turnedAway(capabilities),
  ];
}

/** What becomes of somebody whose token opens nothing. */
function turnedAway({ authentication }: Capabilities): Fact {
  const feature = "turns away whose token is not accepted";
  if (authentication === "connection")
    return {
      chapter,
      name: "gives up for good when it is refused and trying again would not help",
      feature,
      result: "the connection",
      async play(stage) {
        const { realtime, client, tap } = await stage.enter("ada");
        const told: string[] = [];
        realtime.on("permanently_disconnected", ({ error }) => told.push(error.code));
        await stage.ability("turnAway")(client);
        const { error } = await stage.settled("connect() settles", realtime.connect());
        expect(error).toMatchObject({ name: "RealtimeError", retryable: false });
        expect(told).toEqual([(error as { code: string }).code]);
        expect(realtime.$connection.get()).toMatchObject({ status: "disconnected", error });
        expect(tap.connects).toBe(1);
      },
    };
  return {
    chapter,
    name: "who is turned away is denied its channels for good, and stays connected",
    feature,
    result: "each channel",
    async play(stage) {
      const { realtime, client } = await stage.enter("ada");
      await stage.ability("turnAway")(client);
      const channel = realtime.channel(PRIVATE_CHANNEL);
      channel.join();
      await stage.becomes(
        "ada is denied her channel",
        () => channel.$status.get(),
        expect.objectContaining({ phase: "denied", error: expect.objectContaining({ retryable: false }) }),
      );
      expect(realtime.getConnectionState()).toBe("connected");
    },
  };
}
