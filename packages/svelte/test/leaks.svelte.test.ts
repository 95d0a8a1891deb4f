import { presenceStore, usePresence } from "@attune/svelte";
import { heapSlope } from "@attune/testing";
import { describe, expect, it } from "vitest";
import { createWorld, ROOM, show } from "./harness.js";

/** What an operation may leave behind at most. */
const MAX_BYTES = 10;
const PER_RUN = 100;

describe("nothing stays behind", () => {
  it("after 100,000 effects that read a store of a channel", async () => {
    const { client, clock, hub, joined } = createWorld();
    const ann = client("Ann");
    const { bytesPerOperation } = await heapSlope(
      async () => {
        for (let each = 0; each < PER_RUN; each++) presenceStore(ann, ROOM).subscribe(() => {})();
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
