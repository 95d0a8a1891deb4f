import { createRealtime } from "@attune/core";
import { createMemoryHub, manualClock, memoryDriver } from "@attune/testing";
import { useSharedState } from "@attune/vue";
import { describe, expect, it } from "vitest";
import { createWorld, ROOM, show } from "./harness.js";
import { stateful } from "./stateful.js";

describe("useSharedState", () => {
  it("joins, shows the value, and changes it at once", async () => {
    const clock = manualClock();
    const hub = createMemoryHub({ clock });
    const driver = stateful(memoryDriver(hub, { client: "Ann" }), { topic: "forks" });
    const realtime = createRealtime({ driver, env: { clock } });
    const { result, text, unmount } = show(
      realtime,
      () => useSharedState(ROOM),
      ({ state, status }) => `${String(state.value?.["topic"])} ${status.value.pending}`,
    );
    expect(text()).toBe("undefined 0");
    await clock.advance(0);
    expect(text()).toBe("forks 0");
    const stored = result.update((draft) => void (draft["topic"] = "bells"));
    expect(result.state.value?.["topic"]).toBe("bells");
    expect(result.status.value.pending).toBe(1);
    await clock.advance(0);
    expect(await stored).toEqual({ epoch: "e", version: 1 });
    await clock.advance(0);
    expect(text()).toBe("bells 0");
    unmount();
    await clock.advance(1_000);
    expect(hub.subscribers(ROOM)).toEqual([]);
  });

  it("says so where the provider has none", () => {
    const { client } = createWorld();
    expect(() => show(client("Ann"), () => useSharedState(ROOM))).toThrow(/cannot do that/);
  });
});
