import { createRealtime } from "@attune/core";
import { createMemoryHub, manualClock, memoryDriver } from "@attune/testing";
import { expect, test } from "vitest";

test("a message written offline is sent once, when the connection is back", async () => {
  const clock = manualClock();
  const hub = createMemoryHub({ clock });
  const realtime = createRealtime({ driver: memoryDriver(hub, { client: "ada" }), env: { clock } });
  const room = realtime.channel("presence:room:1");
  room.join();
  await clock.advance(0);

  hub.refuse();
  hub.cut();
  await clock.advance(0);
  void room.publish("message", { text: "hello" });
  await clock.advance(10_000);
  expect(realtime.$queue.get()).toMatchObject([{ state: "queued", data: { text: "hello" } }]);

  hub.accept();
  await clock.advance(60_000);
  expect(realtime.$queue.get()).toEqual([]);
  expect(hub.messages("presence:room:1").map(({ data }) => data)).toEqual([{ text: "hello" }]);

  realtime.dispose();
  await clock.advance(0);
  expect(clock.pendingTimers).toBe(0);
});
