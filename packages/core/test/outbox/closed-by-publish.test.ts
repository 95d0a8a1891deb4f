import { createRealtime, RealtimeError } from "@attune/core";
import type { Driver } from "@attune/core/driver";
import { memoryDriver } from "@attune/testing";
import { describe, expect, test } from "vitest";
import { testEnvironment } from "../support/environment.js";
import { createWorld, NEWS, RECOVERY_MODES } from "../support/world.js";

describe("a driver that finds its line closed by a publish, and says so at once", () => {
  test.each(RECOVERY_MODES)(
    "loses no message, and sends them in order on the next connection: %s",
    async (recovery) => {
      const { hub, clock } = createWorld();
      const inner = memoryDriver(hub, { client: "ada", recovery, dedupe: true });
      let isBroken = false;
      const driver: Driver = {
        ...inner,
        connect(host) {
          const connection = inner.connect(host);
          return {
            ...connection,
            async publish(message) {
              if (!isBroken) return connection.publish(message);
              isBroken = false;
              const error = new RealtimeError("connection-lost", "The line is closed.");
              host.closed({ error });
              throw error;
            },
          };
        },
      };
      const realtime = createRealtime({ driver, env: testEnvironment(clock) });
      await realtime.connect();
      isBroken = true;
      const outcomes = [1, 2].map((value) => realtime.publish(NEWS, "headline", value));
      await clock.advance(10_000);
      expect(hub.messages(NEWS).map(({ data }) => data)).toEqual([1, 2]);
      await expect(Promise.all(outcomes)).resolves.toHaveLength(2);
    },
  );
});
