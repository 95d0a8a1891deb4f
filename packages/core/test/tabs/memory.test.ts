/** What a tab remembers of its channels from one connection to the next. */
import { manualClock } from "@attune/testing";
import { expect, test } from "vitest";
import type { Capabilities, DriverHost, AttachRequest } from "../../src/driver.js";
import type { TabFrame } from "../../src/tabs/frames.js";
import { createRemote, type TabMemory } from "../../src/tabs/remote-connection.js";

test("a tab remembers the channels it was in last, and not each that it was ever in", async () => {
  const clock = manualClock();
  const memory: TabMemory = { ids: new Map(), states: new Map(), asks: 0 };
  const host = { clock, traffic() {}, messages() {} } as Partial<DriverHost> as DriverHost;
  const capabilities = { recovery: "cursor" } as Partial<Capabilities> as Capabilities;
  const sent: TabFrame[] = [];
  const { connection, hear } = createRemote({ host, capabilities, memory, send: (f) => sent.push(f), close() {} });
  const join: AttachRequest = { since: undefined, recent: 50, had: () => false, presence: { status: "online" } };
  const visit = (channel: string): TabFrame | undefined => {
    connection.attach(channel, join);
    const asked = sent.at(-1);
    hear({ type: "messages", channel, messages: [{ id: `of ${channel}`, event: "message", data: 1, timestampMs: 1 }] });
    connection.detach(channel);
    return asked;
  };
  visit("presence:long:ago");
  for (let room = 0; room < 2_000; room += 1) {
    visit(`presence:room:${room}`);
    if (room % 100 === 0) visit("presence:home");
  }
  expect([memory.states.size, memory.ids.size]).toEqual([200, 200]);
  const setAtMs = clock.now();
  await clock.advance(1_000);
  // When its state was set counts, and not when it comes back.
  expect(visit("presence:home")).toMatchObject({
    setAtMs,
    hadIds: Array.from({ length: 20 }, () => "of presence:home"),
  });
  expect(visit("presence:long:ago")).toMatchObject({ setAtMs: setAtMs + 1_000, hadIds: [] });
});
