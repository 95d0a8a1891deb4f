import { expect, test } from "vitest";
import { StatePacer } from "../src/session/state-pacer.js";
import { ManualClock } from "./kit/manual-clock.js";

function setUp() {
  const clock = new ManualClock();
  const applied: [channel: string, status: string][] = [];
  const pacer = new StatePacer(clock, 5, (channel, { status }) => void applied.push([channel, status]));
  return { clock, applied, pacer };
}

test("states beyond the rate wait, and the newest of each channel is applied once", async () => {
  const { clock, applied, pacer } = setUp();
  for (let n = 0; n < 20; n++) pacer.set("a", { status: "online" });
  expect(applied).toHaveLength(20);
  for (const status of ["busy", "online", "away"] as const) {
    pacer.set("a", { status });
    pacer.set("b", { status });
  }
  expect(applied).toHaveLength(20);
  await clock.advance(199);
  expect(applied).toHaveLength(20);
  await clock.advance(201);
  expect(applied.slice(20)).toEqual([
    ["a", "away"],
    ["b", "away"],
  ]);
  await clock.advance(10_000);
  expect(applied).toHaveLength(22);
  expect(clock.pending).toBe(0);
});

test("a state that waits is forgotten with its channel, and all of them with the session", async () => {
  const { clock, applied, pacer } = setUp();
  for (let n = 0; n < 21; n++) pacer.set("a", { status: "online" });
  pacer.set("b", { status: "busy" });
  pacer.forget("a");
  await clock.advance(1_000);
  expect(applied.slice(20)).toEqual([["b", "busy"]]);
  for (let n = 0; n < 21; n++) pacer.set("c", { status: "online" });
  pacer.stop();
  await clock.advance(10_000);
  expect(applied.filter(([channel]) => channel === "c").length).toBeLessThan(21);
  expect(clock.pending).toBe(0);
});
