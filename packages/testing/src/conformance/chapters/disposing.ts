/** Chapter: dispose leaves nothing behind. */
import { expect } from "vitest";
import { livelyChannel, PRESENCE_CHANNEL } from "../channels.js";
import type { Fact } from "../conformance-case.js";

const chapter = "the end";

/** The facts of this chapter. */
export function disposingFacts(): readonly Fact[] {
  return [
    {
      chapter,
      name: "dispose leaves no connection, subscription, member or timer behind",
      feature: "dispose leaves nothing behind",
      result: "yes",
      async play(stage) {
        const { world, capabilities } = stage;
        const channel = livelyChannel(capabilities);
        const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
        for (const { realtime } of [ada, bob]) realtime.channel(channel).join();
        await stage.live(channel, ada, bob);
        if (channel === PRESENCE_CHANNEL)
          await stage.becomes("ada sees bob", () => ada.members(channel), ["ada", "bob"]);
        if (capabilities.signals) bob.realtime.startTyping(channel);
        bob.realtime.dispose();
        await stage.becomes("one connection is left", () => world.connections(), 1);
        await stage.becomes("one subscription is left", () => world.subscribers(channel), 1);
        if (channel === PRESENCE_CHANNEL)
          await stage.becomes("ada sees nobody else", () => ada.members(channel), ["ada"], stage.graceMs + 5_000);
        ada.realtime.dispose();
        await stage.becomes("no connection is left", () => world.connections(), 0);
        await stage.becomes("no subscription is left", () => world.subscribers(channel), 0);
        if (world.clock) {
          await stage.pass(stage.graceMs * 2);
          expect(world.clock.pendingTimers, "timers that are still set").toBe(0);
        }
      },
    },
    {
      chapter,
      name: "a driver that is disposed while it connects leaves nothing behind",
      feature: "dispose leaves nothing behind",
      result: "yes",
      async play(stage) {
        const { realtime } = await stage.enter("ada");
        const connected = realtime.connect();
        realtime.dispose();
        expect((await stage.settled("connect() settles", connected)).error).toMatchObject({ code: "disposed" });
        await stage.becomes("no connection is left", () => stage.world.connections(), 0);
        await stage.pass(Math.min(stage.graceMs, 500));
        if (stage.world.clock) expect(stage.world.clock.pendingTimers, "timers that are still set").toBe(0);
      },
    },
    {
      chapter,
      name: "a connection that is closed does no harm when it is used",
      feature: "dispose leaves nothing behind",
      result: "yes",
      async play(stage) {
        const { signals, presence, publish, history } = stage.capabilities;
        const channel = livelyChannel(stage.capabilities);
        const ada = await stage.enter("ada");
        ada.realtime.channel(channel).join();
        await stage.live(channel, ada);
        const { connection, said } = ada.tap;
        ada.realtime.dispose();
        const heard = said.length;
        connection.attach(channel, { recent: 1 });
        connection.detach(channel);
        connection.setVisible(false);
        if (signals) connection.signal(channel, "pointer", 1);
        if (presence !== false) connection.setPresence(channel, { status: "away" });
        // They may stay pending, or reject; they must not throw.
        const message = { channel, event: "message", data: 1, producer: "late", sequence: 1, previous: 0 };
        if (publish !== "none") connection.publish(message).catch(() => {});
        if (history) connection.history(channel, { limit: 1 }).catch(() => {});
        connection.ping?.().catch(() => {});
        connection.close(true);
        await stage.becomes("no connection is left", () => stage.world.connections(), 0);
        expect(said.length, "what the driver still said after close()").toBe(heard);
      },
    },
  ];
}
