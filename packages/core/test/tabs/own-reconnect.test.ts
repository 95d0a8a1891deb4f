/** Tabs that share a pipe which reconnects by itself, as the app's own socket does. */
import { type ClientFrame, createRealtime, type HelloFrame, RealtimeError } from "@attune/core";
import { sharedTabs } from "@attune/core/tabs";
import { createWireDriver, type PipeEvents } from "@attune/core/wire";
import { manualClock } from "@attune/testing";
import { expect, test } from "vitest";
import { testEnvironment } from "../support/environment.js";
import { createBrowser } from "../support/tab-browser.js";
import { WELCOME } from "../support/welcome.js";

test("a tab's publish settles whose answer was lost when the shared socket came back", async () => {
  const clock = manualClock();
  const tab = createBrowser(clock).tab();
  const frames: ClientFrame[] = [];
  let events: PipeEvents | undefined;
  let sayHello: (() => Promise<HelloFrame>) | undefined;
  const driver = createWireDriver({
    name: "wire",
    reconnect: "driver",
    open(those, hello) {
      events = those;
      sayHello = hello;
      return { send: (frame) => void frames.push(frame), close() {} };
    },
  });
  const welcome = async (): Promise<void> => {
    await sayHello?.();
    events?.frame(WELCOME);
    await clock.advance(50);
  };
  const env = testEnvironment(tab.clock);
  const realtime = createRealtime({ driver: sharedTabs(driver, { env: tab.env }), auth: "ada", env });
  void realtime.connect();
  await clock.advance(50);
  await welcome();
  let outcome = "waits";
  realtime.publish("public:a", "message", 1).then(
    () => (outcome = "stored"),
    ({ code }) => (outcome = code),
  );
  await clock.advance(10);
  events?.closed(new RealtimeError("connection-lost", "cut"));
  await clock.advance(10);
  await welcome();
  const pubs = frames.filter((frame) => frame.t === "pub");
  expect(pubs).toHaveLength(2);
  const { c, p, s } = pubs.at(-1) as Extract<ClientFrame, { t: "pub" }>;
  events?.frame({ t: "ack", c, p, s, pos: ["e", 1, `ada:${p}:1`], ts: 1 });
  await clock.advance(100);
  expect([realtime.getConnectionState(), outcome]).toEqual(["connected", "stored"]);
});
