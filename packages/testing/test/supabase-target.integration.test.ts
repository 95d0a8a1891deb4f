/** The Supabase double under scenarios, with the official client on it. */
import { expect, test } from "vitest";
import { play, scenario, type Step, until } from "../src/index.js";
import { supabaseTarget } from "../src/supabase/index.js";
import { joined, listen, supabaseWorld } from "./supabase-world.js";

const world = supabaseWorld();
const finished = (...steps: readonly Step[]) => play(scenario(steps), supabaseTarget(world.double)).finished;

test("a broadcast is doubled, another one is lost, and an ack too", async () => {
  const [ada, bob] = await Promise.all(
    ["ada", "bob"].map((client) =>
      joined(listen(world.client("2.119.1", { client, timeoutMs: 200 }), "room", { broadcast: { ack: true } })),
    ),
  );
  const send = (event: string) => ada?.channel.send({ type: "broadcast", event, payload: {} });
  await finished({ after: 0, fault: "duplicate-message" });
  expect(await send("doubled")).toBe("ok");
  await finished({ after: 0, fault: "drop-message" });
  expect(await send("lost")).toBe("ok");
  await finished({ after: 0, fault: "drop-ack" });
  expect(await send("unanswered")).toBe("timed out");
  await until(() => bob?.broadcasts.length === 3);
  expect(bob?.broadcasts.map(({ event }) => event)).toEqual(["doubled", "doubled", "unanswered"]);
});

test("a socket is cut, by name, number or draw; a channel crashes; the server restarts", async () => {
  const ada = await joined(listen(world.client("2.119.1", { client: "ada" }), "room"));
  const joins = () => ada.statuses.filter((status) => status === "SUBSCRIBED").length;
  const strikes: Step[] = [
    { after: 0, fault: "cut", on: "ada" },
    { after: 0, fault: "cut", on: 2 },
    { after: 0, fault: "cut", on: "any" },
    { after: 0, fault: "crash-channel", channel: "room" },
    { after: 0, fault: "restart" },
  ];
  for (const [index, step] of strikes.entries()) {
    await finished(step);
    await until(() => joins() === index + 2);
  }
});

test("what lasts is over at its end", async () => {
  const ada = await joined(listen(world.client("2.119.1", { client: "ada" }), "room"));
  await finished({ at: 0, fault: "refuse", for: 50 }, { at: 1, fault: "cut" }, { at: 60, fault: "pause", for: 20 });
  await until(() => ada.statuses.filter((status) => status === "SUBSCRIBED").length === 2);
});

test("what it cannot do is said up front", () => {
  expect(() => finished({ after: 0, fault: "corrupt", rate: 1, for: 1 })).toThrow("a fault proxy in front of it");
  expect(() => finished({ after: 0, fault: "restart", on: "ada" })).toThrow("everybody");
  expect(() => finished({ after: 0, fault: "pause", direction: "up", for: 1 })).toThrow("both directions");
});
