import { describe, expect, test } from "vitest";
import { codeOf, createTabs, deliveredBy, failuresIn, offline, statesIn } from "../support/tabs.js";
import { NEWS } from "../support/world.js";

describe("messages that are kept", () => {
  test("written offline in a tab that is killed are delivered once, in order, by the next one, which nobody has to tell", async () => {
    const { open, hub, settle, clock } = createTabs();
    const first = offline(open("ada"), 1, 2, 3);
    await settle();
    expect(first.realtime.$queue.get().map(({ isKept }) => isKept)).toEqual([true, true, true]);
    first.kill();
    const next = open("ada");
    const sent: unknown[] = [];
    next.realtime.on("message_sent", ({ data, ack }) => sent.push([data, ack.guarantee]));
    await clock.advance(5_000);
    expect([deliveredBy({ hub }), statesIn(next)]).toEqual([[1, 2, 3], []]);
    expect(sent).toEqual([1, 2, 3].map((data) => [data, "stored"]));
    next.kill();
    open("ada");
    await clock.advance(5_000);
    expect(deliveredBy({ hub })).toEqual([1, 2, 3]);
  });

  test("are kept no more once they are acknowledged", async () => {
    const { open, clock, asked } = createTabs();
    const tab = open("ada");
    expect(await codeOf(tab.realtime.publish(NEWS, "headline", 1))).toBe("acked");
    tab.kill();
    open("ada").realtime.channel(NEWS).join();
    await clock.advance(5_000);
    expect(asked("publish")).toHaveLength(1);
  });

  test("that arrived, and whose ack did not, are not delivered twice", async () => {
    const { open, hub, clock, asked } = createTabs();
    const first = open("ada");
    await first.realtime.connect();
    hub.dropNextAck();
    void first.realtime.publish(NEWS, "headline", 1);
    void first.realtime.publish(NEWS, "headline", 2);
    await clock.advance(0);
    first.kill();
    const next = open("ada");
    await clock.advance(5_000);
    expect([deliveredBy({ hub }), statesIn(next)]).toEqual([[1, 2], []]);
    expect(asked("publish").filter(({ message }) => message.data === 1)).toHaveLength(2);
  });

  test("continue the chain where the server says it stands", async () => {
    const { open, hub, clock } = createTabs();
    const tab = open("ada");
    expect(await codeOf(tab.realtime.publish(NEWS, "headline", 1))).toBe("acked");
    offline(tab, 2, 3);
    await clock.advance(0);
    tab.kill();
    const next = open("ada");
    await clock.advance(5_000);
    expect([deliveredBy({ hub }), statesIn(next)]).toEqual([[1, 2, 3], []]);
  });

  test("that nobody sent in 12 hours are told as expired", async () => {
    const { open, hub, clock } = createTabs();
    const first = offline(open("ada"), 1);
    await clock.advance(12 * 3_600_000 + 1);
    first.kill();
    const next = open("ada");
    const told = failuresIn(next);
    await clock.advance(5_000);
    expect([told, deliveredBy({ hub })]).toEqual([[[1, "expired"]], []]);
  });

  test("that were sent, and are too old to be recognised, are told as of unknown outcome", async () => {
    const { open, hub, clock } = createTabs();
    const first = open("ada");
    await first.realtime.connect();
    hub.stall();
    void first.realtime.publish(NEWS, "headline", 1);
    await clock.advance(1);
    first.kill();
    await clock.advance(12 * 3_600_000);
    hub.resume();
    const next = open("ada");
    const told = failuresIn(next);
    await clock.advance(5_000);
    expect(told).toEqual([[1, "outcome-unknown"]]);
  });

  test("of another user are set aside and told, and not sent", async () => {
    const { open, hub, clock } = createTabs();
    const ada = open("ada");
    await ada.realtime.connect();
    offline(ada, "Ada's");
    await clock.advance(0);
    ada.kill();
    const bob = open("bob");
    const told = failuresIn(bob);
    await clock.advance(5_000);
    expect([told, statesIn(bob), deliveredBy({ hub })]).toEqual([[["Ada's", "wrong-user"]], ["Ada's failed"], []]);
  });

  test("know their user from the first connection on", async () => {
    const { open, hub, clock } = createTabs();
    const ada = offline(open("ada", { perSecond: 1 }), "sent", "Ada's");
    ada.env.network.set(true);
    await clock.advance(100);
    expect(statesIn(ada)).toEqual(["Ada's queued"]);
    ada.kill();
    const bob = open("bob");
    await clock.advance(5_000);
    expect([statesIn(bob), deliveredBy({ hub })]).toEqual([["Ada's failed"], ["sent"]]);
  });

  test("that failed stay until they are tried again or discarded, in the next page too", async () => {
    const { open, hub, clock } = createTabs();
    const first = open("ada");
    await first.realtime.connect();
    for (const text of ["one", "two"]) {
      hub.rejectNextPublish("forbidden");
      void first.realtime.publish(NEWS, "headline", text);
      await clock.advance(0);
    }
    first.kill();
    const next = open("ada");
    await next.realtime.connect();
    expect(statesIn(next)).toEqual(["one failed", "two failed"]);
    const [one, two] = next.realtime.$queue.get();
    expect([one?.error?.code, one?.isKept]).toEqual(["refused", true]);
    next.realtime.discard(one?.id ?? "");
    expect(await codeOf(next.realtime.retry(two?.id ?? ""))).toBe("acked");
    next.kill();
    const last = open("ada");
    await last.realtime.connect();
    await clock.advance(5_000);
    expect([statesIn(last), deliveredBy({ hub })]).toEqual([[], ["two"]]);
  });

  test("that failed are told once, and no more of them are kept than the queue's maximum", async () => {
    const { open, clock } = createTabs();
    const first = offline(open("ada", { max: 3 }), ...Array.from({ length: 9 }, (_, index) => index));
    await clock.advance(0);
    first.kill();
    const next = open("ada", { max: 3 });
    const told: unknown[] = [];
    next.realtime.on("message_failed", (record) => told.push(record.data));
    next.env.network.set(false);
    await clock.advance(0);
    expect([statesIn(next), told]).toEqual([
      ["3 failed", "4 failed", "5 failed", "6 queued", "7 queued", "8 queued"],
      [],
    ]);
  });

  test("survive dispose(), whose publishers are told, and disconnect()", async () => {
    const { open, hub, clock } = createTabs();
    const first = open("ada");
    first.env.network.set(false);
    const outcome = codeOf(first.realtime.publish(NEWS, "headline", 1));
    await clock.advance(0);
    await first.realtime.disconnect();
    first.realtime.dispose();
    expect(await outcome).toBe("disposed");
    open("ada");
    await clock.advance(5_000);
    expect(deliveredBy({ hub })).toEqual([1]);
  });

  test("wait for connect() in a service that was disconnected", async () => {
    const { open, hub, clock } = createTabs();
    offline(open("ada"), 1).kill();
    const next = open("ada");
    await next.realtime.disconnect();
    await clock.advance(5_000);
    expect(deliveredBy({ hub })).toEqual([]);
    await next.realtime.connect();
    await clock.advance(0);
    expect(deliveredBy({ hub })).toEqual([1]);
  });
});
