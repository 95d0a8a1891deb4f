/** A hub with two people in a room, and a scenario that strikes it. */
import { createRealtime, type Realtime } from "@attune/core";
import {
  createMemoryHub,
  manualClock,
  memoryDriver,
  type MemoryDriverOptions,
  memoryTarget,
  play,
  scenario,
  type Step,
} from "../src/index.js";

export const room = "presence:room:1";

/** Ada and Bob are in the room; Ada listens. */
export async function setUp(options: MemoryDriverOptions = {}) {
  const clock = manualClock();
  const hub = createMemoryHub({ clock, latencyMs: 5 });
  const heard: unknown[] = [];
  const gaps: string[] = [];
  const tokens: string[] = [];
  const client = (name: string): Realtime =>
    createRealtime({
      driver: memoryDriver(hub, { client: name, ...options }),
      auth() {
        tokens.push(`${name} ${tokens.length}`);
        return tokens.at(-1);
      },
      env: { clock, random: () => 0.5 },
    });
  const [ada, bob] = [client("ada"), client("bob")];
  ada.subscribe(room, "message", ({ data }) => heard.push(data));
  ada.on("sync_requested", ({ channel }) => gaps.push(channel));
  bob.channel(room).join();
  await clock.advance(100);
  return {
    clock,
    hub,
    ada,
    bob,
    heard,
    gaps,
    tokens,
    names: () =>
      ada
        .presence(room)
        .getMembers()
        .map(({ name }) => name),
    async during(steps: readonly Step[], run: () => unknown = () => {}) {
      const plan = scenario(steps);
      const playing = play(plan, memoryTarget(hub), { clock });
      await clock.advance(0);
      await run();
      await clock.advance(plan.lastsMs + 30_000);
      await playing.finished;
    },
  };
}
