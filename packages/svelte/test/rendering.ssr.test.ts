import { render } from "svelte/server";
import { expect, it, vi } from "vitest";
import { createWorld, ROOM } from "./harness.js";
import Page from "./page.svelte";
import { rendered } from "./rendered.js";

it("takes no lease and listens to nothing during server rendering", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { client, clock, hub, settle } = createWorld();
  const ann = client("Ann");
  const { body } = render(Page, { props: { service: () => ann } });
  expect(body).toBe(rendered);
  await settle();
  const room = ann.channel(ROOM);
  const own = [room.$status, room.$members, room.$me, room.$typing];
  expect(own.map(({ lc }) => lc)).toEqual([0, 0, 0, 0]);
  // What is computed lets go of its sources after nanostores' second.
  vi.advanceTimersByTime(1_000);
  const sources = [ann.$connection, ann.$queue, room.messages("message"), room.signals("cursor")];
  expect(sources.map(({ lc }) => lc)).toEqual([0, 0, 0, 0]);
  expect([hub.received, clock.pendingTimers, vi.getTimerCount()]).toEqual([[], 0, 0]);
  vi.useRealTimers();
});
