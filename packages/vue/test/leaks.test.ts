import { realtimePlugin, useEvent, useMessages, usePresence } from "@attune/vue";
import { heapSlope } from "@attune/testing";
import { describe, expect, it } from "vitest";
import { createApp, effectScope } from "vue";
import { createWorld, ROOM, show } from "./harness.js";

/** What an operation may leave behind at most. */
const MAX_BYTES = 10;
const PER_RUN = 100;

describe("nothing stays behind", () => {
  it("after 100,000 scopes that used a channel", async () => {
    const { client, clock, hub, joined } = createWorld();
    const app = createApp({}).use(realtimePlugin(client("Ann")));
    const use = () => {
      usePresence(ROOM);
      useMessages(ROOM, "message");
      useEvent(ROOM, "message", () => {});
    };
    await clock.advance(0);
    const { bytesPerOperation } = await heapSlope(
      async () => {
        for (let each = 0; each < PER_RUN; each++) {
          const scope = effectScope();
          app.runWithContext(() => scope.run(use));
          scope.stop();
        }
        await clock.advance(300);
        (hub.received as unknown[]).length = 0;
      },
      { operations: 100_000, perRun: PER_RUN, rounds: 3, enoughBytes: MAX_BYTES },
    );
    expect(joined(ROOM)).toEqual([]);
    expect(bytesPerOperation).toBeLessThanOrEqual(MAX_BYTES);
  }, 120_000);

  it("of timers and leases after 2,000 components that were mounted", async () => {
    const { client, clock, joined } = createWorld();
    const ann = client("Ann");
    void ann.connect();
    await clock.advance(0);
    const timers = clock.pendingTimers;
    for (let each = 0; each < 2_000; each++) show(ann, () => usePresence(ROOM)).unmount();
    await clock.advance(300);
    expect(joined(ROOM)).toEqual([]);
    expect(clock.pendingTimers).toBe(timers);
  }, 120_000);
});
