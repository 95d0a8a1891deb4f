import { memoryStorage } from "@attune/core/storage";
import { describe, expect, test } from "vitest";
import { codeOf, createTabs, deliveredBy, failuresIn, offline, statesIn } from "../support/tabs.js";
import { NEWS, ROOM } from "../support/world.js";

describe("messages of earlier pages", () => {
  test("go before what the new page writes", async () => {
    const { open, hub, clock } = createTabs();
    offline(open("ada"), 1, 2).kill();
    const next = open("ada");
    void next.realtime.publish(NEWS, "headline", 3);
    void next.realtime.publish(ROOM, "said", "elsewhere");
    await clock.advance(5_000);
    expect([deliveredBy({ hub }), deliveredBy({ hub }, ROOM)]).toEqual([[1, 2, 3], ["elsewhere"]]);
  });

  test("go before what the new page writes, also when their chain is linked anew", async () => {
    const { open, hub, clock } = createTabs();
    const first = open("ada");
    expect(await codeOf(first.realtime.publish(NEWS, "headline", 1))).toBe("acked");
    await clock.advance(0);
    offline(first, 2, 3).kill();
    void open("ada").realtime.publish(NEWS, "headline", 4);
    await clock.advance(5_000);
    expect(deliveredBy({ hub })).toEqual([1, 2, 3, 4]);
  });

  test("go first when the storage takes longer to open than the connection", async () => {
    const memory = memoryStorage();
    const { open, hub, clock } = createTabs({
      storage: {
        open(host) {
          let found: () => void = () => {};
          const late = new Promise<void>((resolve) => {
            found = resolve;
          });
          clock.after(100, found);
          const store = memory.open({ ...host, adopt: (records) => void late.then(() => host.adopt(records)) });
          // What was found is handed over before.
          return { ...store, ready: late.then(async () => {}) };
        },
      },
    });
    offline(open("ada"), 1, 2).kill();
    const next = open("ada");
    await next.realtime.connect();
    void next.realtime.publish(NEWS, "headline", 3);
    await clock.advance(5_000);
    expect(deliveredBy({ hub })).toEqual([1, 2, 3]);
  });

  test("of several page lives are sent in the order of those", async () => {
    const { open, hub, clock } = createTabs();
    for (let life = 0; life < 5; life += 1) {
      const tab = offline(open("ada"), `${life}a`, `${life}b`);
      await clock.advance(10);
      tab.kill();
    }
    open("ada");
    await clock.advance(5_000);
    expect(deliveredBy({ hub })).toEqual([0, 1, 2, 3, 4].flatMap((life) => [`${life}a`, `${life}b`]));
  });

  test("hold back what a live tab wrote after them", async () => {
    const { open, hub, clock } = createTabs();
    const left = offline(open("ada"), 1, 2);
    await clock.advance(1);
    const live = offline(open("ada"), 3);
    await clock.advance(0);
    left.kill();
    await clock.advance(0);
    expect(statesIn(live)).toEqual(["1 queued", "2 queued", "3 queued"]);
    live.env.network.set(true);
    await clock.advance(5_000);
    expect(deliveredBy({ hub })).toEqual([1, 2, 3]);
  });

  test("are sent by one tab only, however many are open", async () => {
    const { open, hub, clock, asked } = createTabs();
    const left = offline(open("ada"), 1, 2, 3);
    await clock.advance(0);
    for (let count = 0; count < 4; count += 1) open("ada");
    left.kill();
    await clock.advance(5_000);
    expect(deliveredBy({ hub })).toEqual([1, 2, 3]);
    const tabs = asked("publish")
      .filter(({ message }) => message.previous || message.data === 1)
      .map(({ client }) => client);
    expect(new Set(tabs).size).toBe(1);
  });

  test("fill the queue up to its bound, and the oldest is dropped and told", async () => {
    const { open, hub, clock } = createTabs();
    const first = offline(open("ada", { max: 3 }), 1, 2);
    await clock.advance(0);
    first.kill();
    const next = offline(open("ada", { max: 3 }), 3, 4);
    const told = failuresIn(next);
    await clock.advance(0);
    expect([told, statesIn(next)]).toEqual([[[1, "overflow"]], ["1 failed", "2 queued", "3 queued", "4 queued"]]);
    next.env.network.set(true);
    await clock.advance(5_000);
    expect(deliveredBy({ hub })).toEqual([2, 3, 4]);
  });

  test("that were passed over by later ones end, and do not go round for ever", async () => {
    const { open, hub, clock, asked } = createTabs();
    const first = open("ada");
    await first.realtime.connect();
    hub.rejectNextPublish("out-of-order", { last: 9 });
    void first.realtime.publish(NEWS, "headline", 1);
    await clock.advance(5_000);
    expect([statesIn(first), asked("publish").length, deliveredBy({ hub })]).toEqual([["1 failed"], 1, []]);
  });

  test("are paced like all others of their channel", async () => {
    const { open, hub, clock } = createTabs();
    for (let life = 0; life < 6; life += 1) {
      const tab = offline(open("ada"), ...Array.from({ length: 5 }, (_, index) => life * 5 + index));
      await clock.advance(1);
      tab.kill();
    }
    open("ada");
    await clock.advance(0);
    expect(deliveredBy({ hub })).toHaveLength(10);
    await clock.advance(1_000);
    expect(deliveredBy({ hub })).toHaveLength(20);
    await clock.advance(1_000);
    expect(deliveredBy({ hub })).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });
});
